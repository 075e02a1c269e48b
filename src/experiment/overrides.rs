//! `section.key=value` on the command line, whose order matters only between equal keys.

use std::path::Path;

use toml::de::DeValue;
use toml::{Table, Value};

use super::load::ConfigError;
use super::place::{self, Problem};

/// One override, as typed and as understood.
pub struct Override<'a> {
    pub text: &'a str,
    /// `section.key`, without blanks at its ends.
    pub key: &'a str,
    pub value: Value,
}

/// Splits keys from values; a value is TOML, or plain text where it is not.
///
/// # Errors
/// What is not `section.key=value`, and numbers beyond TOML's range.
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
        place::check_integers(key, value.get_ref())
            .map_err(|(key, message)| Problem::new(key, message).in_override(text))?;
    }
    let value = value
        .parse()
        .unwrap_or_else(|_| Value::String(value.into()));
    Ok(Override { text, key, value })
}

/// The last override of exactly `key`.
pub fn last<'a>(overrides: &'a [Override], key: &str) -> Option<&'a Override<'a>> {
    overrides.iter().rev().find(|given| given.key == key)
}

/// Sets the keys of all overrides but the network's name and preset, which come before them.
pub fn apply(table: &mut Table, overrides: &[Override]) {
    let others = overrides.iter().filter(|given| {
        // `model.preset.x` is left to be refused as a key that does not exist.
        !matches!(given.key, "model.name" | "model.preset")
    });
    for given in others {
        set(table, given.key, given.value.clone());
    }
}

/// Sets `key` (`a.b.c`); a value where a table is needed gives way, and reading the whole then
/// tells what was expected.
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
