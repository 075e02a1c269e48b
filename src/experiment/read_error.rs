//! The errors of [`deserialize`](super::deserialize). What serde reports is kept as values (the key,
//! the keys or choices that are known there, what was expected), to be worded once for all types.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};
use toml::Value;

use super::problem::{self, Problem};
use crate::text::did_you_mean;

/// What is wrong at a key.
#[derive(Debug)]
pub struct ReadError {
    /// From where reading began, e.g. `training.class_weights[1]`; empty at first.
    key: String,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    UnknownKey {
        name: String,
        known: &'static [&'static str],
    },
    UnknownChoice {
        name: String,
        known: &'static [&'static str],
    },
    MissingKey {
        name: &'static str,
        /// What the table should be.
        table: Option<String>,
    },
    Unexpected {
        expected: String,
        received: Option<String>,
    },
    Explained(String),
}

impl From<Reason> for ReadError {
    fn from(reason: Reason) -> Self {
        let key = String::new();
        Self { key, reason }
    }
}

impl ReadError {
    pub fn expected(what: impl Display) -> Self {
        let (expected, received) = (what.to_string(), None);
        Reason::Unexpected { expected, received }.into()
    }

    /// The error as seen from one level up, where `value` is that of `key` or `[index]`.
    pub fn below(mut self, key: &str, value: &Value) -> Self {
        if let Reason::Unexpected { received, .. } = &mut self.reason {
            received.get_or_insert_with(|| problem::received(value));
        }
        self.key = joined(key, &self.key);
        self
    }

    /// The keys or choices of the type that met one which it does not know.
    pub fn known(&self) -> Option<&'static [&'static str]> {
        match &self.reason {
            Reason::UnknownKey { known, .. } | Reason::UnknownChoice { known, .. } => Some(*known),
            _ => None,
        }
    }

    /// Tells what a table should be whose key is missing.
    pub fn in_table(mut self, expected: &str) -> Self {
        if let (true, Reason::MissingKey { table, .. }) = (self.key.is_empty(), &mut self.reason) {
            *table = Some(expected.to_string());
        }
        self
    }

    pub fn into_problem(self) -> Problem {
        let message = self.to_string();
        match self.reason {
            Reason::UnknownKey { name, .. } => Problem::new(joined(&self.key, &name), message),
            _ => Problem::new(self.key, message),
        }
    }
}

/// `a` and `b` as `a.b`; `a` and `[1]` as `a[1]`.
fn joined(outer: &str, inner: &str) -> String {
    let direct = outer.is_empty() || inner.is_empty() || inner.starts_with('[');
    let dot = if direct { "" } else { "." };
    format!("{outer}{dot}{inner}")
}

impl Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match &self.reason {
            Reason::UnknownKey { known: [], .. } => {
                write!(out, "there are no keys here; remove it")
            }
            Reason::UnknownKey { name, known } => write!(
                out,
                "there is no such key{}; keys here are {}",
                did_you_mean(name, known.iter().copied()),
                known.join(", ")
            ),
            Reason::UnknownChoice { name, known } => write!(
                out,
                "\"{name}\" is not known{}; expected one of {}",
                did_you_mean(name, known.iter().copied()),
                known.join(", ")
            ),
            Reason::MissingKey { name, table } => match table {
                Some(table) => write!(out, "\"{name}\" is missing; expected {table}"),
                None => write!(out, "\"{name}\" is missing; add it"),
            },
            Reason::Unexpected { expected, received } => match received {
                Some(received) => write!(out, "expected {expected}, received {received}"),
                None => write!(out, "expected {expected}"),
            },
            Reason::Explained(message) => out.write_str(message),
        }
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: Display>(message: T) -> Self {
        Reason::Explained(message.to_string()).into()
    }

    fn invalid_type(_: Unexpected, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: Unexpected, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        let name = name.to_string();
        Reason::UnknownChoice { name, known }.into()
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        let name = name.to_string();
        Reason::UnknownKey { name, known }.into()
    }

    fn missing_field(name: &'static str) -> Self {
        let table = None;
        Reason::MissingKey { name, table }.into()
    }
}
