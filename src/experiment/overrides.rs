//! `section.key=value` on the command line; the order matters only between equal keys.

use std::path::Path;

use toml::de::DeValue;
use toml::{Table, Value};

use super::document::check_integers;
use super::error::ConfigError;

/// One override, as typed and as understood.
pub struct Override<'a> {
    pub text: &'a str,
    /// `section.key`, without blanks at its ends.
    pub key: &'a str,
    pub value: Value,
}

/// Splits keys from values. A value that is not TOML is taken as text, so that a shell's user need
/// not quote twice.
///
/// # Errors
/// A text that is not `section.key=value`, or a number beyond the range of TOML.
pub fn parse(texts: &[String]) -> Result<Vec<Override<'_>>, ConfigError> {
    texts.iter().map(|text| parse_one(text)).collect()
}

fn parse_one(text: &str) -> Result<Override<'_>, ConfigError> {
    let Some((key, value)) = text.split_once('=') else {
        let path = Path::new(text);
        let file = path.extension().is_some_and(|end| end == "toml") || path.is_file();
        return Err(match file {
            true => ConfigError::FileAmongOverrides(text.into()),
            false => ConfigError::Override(text.into()),
        });
    };
    let key = key.trim();
    if !key.contains('.') || key.split('.').any(str::is_empty) {
        return Err(ConfigError::Override(text.into()));
    }
    let value = value.trim();
    if let Ok(value) = DeValue::parse(value) {
        check_integers(key, value.get_ref()).map_err(|problem| problem.in_place(quoted(text)))?;
    }
    let value = value
        .parse()
        .unwrap_or_else(|_| Value::String(value.into()));
    Ok(Override { text, key, value })
}

/// How an error names the override `text`.
pub fn quoted(text: &str) -> String {
    format!("override \"{text}\"")
}

/// The last override of exactly `key`.
pub fn last<'a>(overrides: &'a [Override], key: &str) -> Option<&'a Override<'a>> {
    overrides.iter().rev().find(|given| given.key == key)
}

/// Sets the keys of all overrides but the network's name and preset, which were applied before.
pub fn apply(table: &mut Table, overrides: &[Override]) {
    let others = overrides.iter().filter(|given| {
        // `model.preset.x` is set, to be refused later as a key that does not exist.
        !matches!(given.key, "model.name" | "model.preset")
    });
    for given in others {
        set(table, given.key, given.value.clone());
    }
}

/// Sets `key` (`a.b.c`). A table replaces any other value on the way; whether one belongs there is
/// found when the whole is read.
pub fn set(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.into(), value);
        }
        Some((first, rest)) => {
            let inner = table.entry(first).or_insert(Value::Boolean(false));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
