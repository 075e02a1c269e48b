//! From text to [`Experiment`]: merges file and overrides, and says where a mistake stands.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::{Experiment, validate};
use crate::models::REGISTRY;
use crate::text::did_you_mean;

/// The configuration of a bare `train`.
pub const QUICKSTART: &str = include_str!("../../configs/quickstart.toml");

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{place}: {message}")]
    Syntax { place: String, message: String },
    #[error("{place}: {key}: {message}")]
    Value {
        place: String,
        key: String,
        message: String,
    },
    #[error("\"{0}\" is not an override; expected section.key=value, e.g. training.epochs=10")]
    Override(String),
}

/// Where the text of a configuration comes from.
struct Origin<'a> {
    name: String,
    text: &'a str,
}

/// The experiment of `path` (the embedded quickstart without one), changed by `overrides`.
///
/// # Errors
/// [`ConfigError`] with file, line and key, or the override at fault.
pub fn load(path: Option<&Path>, overrides: &[String]) -> Result<Experiment, ConfigError> {
    let text = match path {
        Some(path) => read(path)?,
        None => QUICKSTART.to_string(),
    };
    let name = path.map_or("the built-in configuration".into(), |p| {
        p.display().to_string()
    });
    merge(&Origin { name, text: &text }, overrides)
}

/// The experiment of a file as it stands.
///
/// # Errors
/// See [`load`].
pub fn from_file(path: &Path) -> Result<Experiment, ConfigError> {
    load(Some(path), &[])
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_path_buf(),
        source,
    })
}

fn merge(origin: &Origin, overrides: &[String]) -> Result<Experiment, ConfigError> {
    let mut table: Table = origin.text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| line_of(origin.text, span.start));
        ConfigError::Syntax {
            place: format!("{}:{line}", origin.name),
            message: error.message().to_string(),
        }
    })?;
    let mut experiment = interpret(&table).map_err(|problem| problem.in_file(origin))?;
    for text in overrides {
        apply(&mut table, text)?;
        experiment = interpret(&table).map_err(|problem| problem.in_override(text))?;
    }
    if let Some((key, message)) = validate::first_problem(&experiment) {
        let problem = Problem {
            key: key.into(),
            message,
        };
        let culprit = overrides.iter().rev().find(|text| {
            let section = text.split('=').next().unwrap_or_default().trim();
            key == section || section.starts_with(&format!("{key}."))
        });
        return Err(match culprit {
            Some(text) => problem.in_override(text),
            None => problem.in_file(origin),
        });
    }
    Ok(experiment)
}

/// A mistake at a key, wherever the key was written.
struct Problem {
    key: String,
    message: String,
}

impl Problem {
    fn in_file(self, origin: &Origin) -> ConfigError {
        let place = match position(origin.text, &self.key) {
            Some(offset) => format!("{}:{}", origin.name, line_of(origin.text, offset)),
            None => origin.name.clone(),
        };
        ConfigError::Value {
            place,
            key: self.key,
            message: self.message,
        }
    }

    fn in_override(self, text: &str) -> ConfigError {
        ConfigError::Value {
            place: format!("override \"{text}\""),
            key: self.key,
            message: self.message,
        }
    }
}

fn interpret(table: &Table) -> Result<Experiment, Problem> {
    let mut table = table.clone();
    if let Some(Value::Table(model)) = table.get_mut("model") {
        expand_preset(model)?;
    }
    let given = table.get("model").and_then(Value::as_table).cloned();
    serde_path_to_error::deserialize::<_, Experiment>(table).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let message = message.lines().next().unwrap_or_default().to_string();
        with_hint(&path, &message, given.as_ref())
    })
}

/// Puts the settings of `[model] preset = "..."` beneath those given.
fn expand_preset(model: &mut Table) -> Result<(), Problem> {
    let Some(preset) = model.remove("preset") else {
        return Ok(());
    };
    let problem = |message| Problem {
        key: "model.preset".into(),
        message,
    };
    let name = model
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let presets = REGISTRY
        .iter()
        .find(|entry| entry.name == name)
        .map_or(&[][..], |e| e.presets);
    let wanted = preset.as_str().unwrap_or_default();
    let Some((_, settings)) = presets.iter().find(|(preset, _)| *preset == wanted) else {
        let known: Vec<&str> = presets.iter().map(|(name, _)| *name).collect();
        return Err(problem(match known.is_empty() {
            true => format!("\"{name}\" has no presets, received {preset}"),
            false => format!("expected one of {}, received {preset}", known.join(", ")),
        }));
    };
    let settings: Table = settings
        .parse()
        .map_err(|error| problem(format!("{error}")))?;
    for (key, value) in settings {
        model.entry(key).or_insert(value);
    }
    Ok(())
}

/// Rewrites serde's "unknown field `x`, expected one of `a`, `b`" for people.
///
/// Within `[model]` serde does not know the key, as which keys there are depends on the network;
/// the value it complains about tells which it is.
fn with_hint(path: &str, message: &str, model: Option<&Table>) -> Problem {
    let path = if path == "." { "" } else { path };
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown_field = message.starts_with("unknown field");
    let unknown_variant = message.starts_with("unknown variant");
    let (true, Some(name)) = (unknown_field || unknown_variant, quoted.next()) else {
        return Problem {
            key: if path.is_empty() {
                "the file".into()
            } else {
                path.into()
            },
            message: message.into(),
        };
    };
    let known: Vec<&str> = quoted.collect();
    let hint = did_you_mean(name, known.iter().copied());
    let known = known.join(", ");
    let already_there = path.rsplit('.').next() == Some(name);
    match unknown_field {
        true => Problem {
            key: match (path, already_there) {
                ("", _) => name.into(),
                (path, true) => path.into(),
                (path, false) => format!("{path}.{name}"),
            },
            message: format!("there is no such key{hint}; keys here are {known}"),
        },
        false => Problem {
            key: match (path, model) {
                ("model", Some(model)) => {
                    let key = model.iter().find(|(_, value)| value.as_str() == Some(name));
                    format!("model.{}", key.map_or("name", |(key, _)| key.as_str()))
                }
                (path, _) => path.into(),
            },
            message: format!("\"{name}\" is not known{hint}; expected one of {known}"),
        },
    }
}

/// Applies `section.key=value`; the value is TOML, or plain text where it is not.
fn apply(table: &mut Table, text: &str) -> Result<(), ConfigError> {
    let wrong = || ConfigError::Override(text.into());
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    let value = match format!("value = {value}").parse::<Table>() {
        Ok(mut parsed) => parsed.remove("value").ok_or_else(wrong)?,
        Err(_) => Value::String(value.trim().into()),
    };
    let mut keys: Vec<&str> = key.trim().split('.').collect();
    let last = keys
        .pop()
        .filter(|last| !last.is_empty())
        .ok_or_else(wrong)?;
    if keys.is_empty() || keys.iter().any(|key| key.is_empty()) {
        return Err(wrong());
    }
    // Settings of one network mean nothing to another.
    if key.trim() == "model.name" {
        let other = table.get("model").and_then(|model| model.get("name")) != Some(&value);
        if other {
            table.remove("model");
        }
    }
    let mut section = table;
    for key in keys {
        section = section
            .entry(key)
            .or_insert_with(|| Value::Table(Table::new()))
            .as_table_mut()
            .ok_or_else(wrong)?;
    }
    section.insert(last.into(), value);
    Ok(())
}

/// Byte offset of the deepest part of `key` that the text holds.
fn position(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.into_inner();
    let mut offset = None;
    for part in key.split('.') {
        let part = part.split('[').next().unwrap_or(part);
        let Some((name, value)) = table.into_iter().find(|(name, _)| name.get_ref() == part) else {
            break;
        };
        offset = Some(name.span().start);
        match value.into_inner() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    offset
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .as_bytes()
        .iter()
        .take(offset)
        .filter(|&&byte| byte == b'\n')
        .count()
}

impl Experiment {
    /// The experiment as TOML, every value written out.
    ///
    /// # Errors
    /// A value that TOML cannot hold, such as a path that is not UTF-8.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

/// Reads an experiment from TOML text that this program wrote.
impl std::str::FromStr for Experiment {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let name = "the text".to_string();
        merge(&Origin { name, text }, &[])
    }
}
