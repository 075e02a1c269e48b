//! A mistake at a key of the configuration, wherever that key was written.

use toml::Value;

use super::error::ConfigError;
use crate::text::short_number;

/// What is wrong with a key, and what to do.
#[derive(Debug)]
pub struct Problem {
    /// The key at fault, then those whose values take part in it, e.g. `["data.path",
    /// "data.dataset"]`.
    pub keys: Vec<String>,
    pub message: String,
}

impl Problem {
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            keys: vec![key.into()],
            message: message.into(),
        }
    }

    /// The same problem, to which the value of `key` contributes.
    pub fn or_at(mut self, key: &str) -> Self {
        self.keys.push(key.into());
        self
    }

    /// The same problem for the reader, who finds it in `place`.
    pub fn in_place(self, place: String) -> ConfigError {
        ConfigError::Value {
            place,
            key: self.keys.into_iter().next().unwrap_or_default(),
            message: self.message,
        }
    }
}

/// A value as it would be written, cut short where it is long.
pub fn received(value: &Value) -> String {
    const LONGEST: usize = 60;
    let written = match value {
        Value::Float(value) => short_number(*value),
        value => value.to_string(),
    };
    match value {
        _ if written.chars().count() <= LONGEST => written,
        Value::Array(_) => "another list".into(),
        Value::Table(_) => "a table".into(),
        _ => written.chars().take(LONGEST).chain(['…']).collect(),
    }
}
