//! Keys by the names that people type, or copy from an error.

use super::key::{Key, Kind};
use crate::text::did_you_mean;

/// A key, and the kind of table it belongs to where that decides which keys there are.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub kind: Option<&'a Kind>,
    pub key: &'a Key,
}

/// There is no such section or key.
#[derive(Debug, thiserror::Error)]
#[error("there is no section or key \"{name}\"{hint}; sections are {sections}")]
pub struct UnknownKey {
    name: String,
    hint: String,
    sections: String,
}

/// Every key below `keys`, a table before what it holds.
pub fn all(keys: &[Key]) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    walk(keys, None, &mut found);
    found
}

fn walk<'a>(keys: &'a [Key], kind: Option<&'a Kind>, found: &mut Vec<Found<'a>>) {
    for key in keys {
        found.push(Found { kind, key });
        walk(&key.keys, kind, found);
        for kind in &key.kinds {
            walk(&kind.keys, Some(kind), found);
        }
    }
}

/// The keys called `name`: `training`, `[training]`, `training.stop` or, as in an error,
/// `preprocess.steps[2].clahe`. There are several where networks have keys of the same name.
///
/// # Errors
/// There is none; the error suggests the most similar one.
pub fn find<'a>(sections: &'a [Key], name: &str) -> Result<Vec<Found<'a>>, UnknownKey> {
    let path = plain(name);
    let all = all(sections);
    let is_named = |found: &&Found| found.key.path == path;
    let found: Vec<Found> = all.iter().filter(is_named).copied().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let paths = || all.iter().map(|found| found.key.path.as_str());
    let hint = match paths().find(|other| other.rsplit('.').next() == Some(&path)) {
        Some(other) => format!(", did you mean \"{other}\"?"),
        None => did_you_mean(&path, paths()),
    };
    let sections: Vec<&str> = sections.iter().map(|key| key.path.as_str()).collect();
    Err(UnknownKey {
        name: name.to_string(),
        hint,
        sections: sections.join(", "),
    })
}

/// `[training]` as `training`, and `steps[2].clahe` as `steps.clahe`.
fn plain(name: &str) -> String {
    let name = name.trim();
    let inner = (name.strip_prefix('[')).and_then(|rest| rest.strip_suffix(']'));
    let parts = inner.unwrap_or(name).split('.');
    let parts: Vec<&str> = parts
        .map(|part| part.split_once('[').map_or(part, |(name, _)| name))
        .collect();
    parts.join(".")
}
