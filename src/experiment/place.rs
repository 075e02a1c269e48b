//! Where a mistake stands: the line of a file, or the override that made it.

use toml::Table;
use toml::de::{DeTable, DeValue};

use super::load::ConfigError;
use super::overrides::Override;

/// Where the text of a configuration comes from.
pub struct Origin<'a> {
    pub name: String,
    pub text: &'a str,
}

/// A mistake at a key, wherever the key was written.
#[derive(Debug)]
pub struct Problem {
    /// The key at fault, then those whose values take part in it, e.g. `["data.path",
    /// "data.dataset"]`.
    keys: Vec<String>,
    message: String,
}

impl Problem {
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            keys: vec![key.into()],
            message: message.into(),
        }
    }

    /// The same mistake, which `key` has a part in.
    pub fn or_at(mut self, key: &str) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Attributes the mistake to the override that set a key of it, else to the file.
    pub fn locate(self, origin: &Origin, overrides: &[Override]) -> ConfigError {
        let of_key = |key: &String| {
            (overrides.iter().rev()).find(|given| within(given.key, key) || within(key, given.key))
        };
        if let Some(given) = self.keys.iter().find_map(of_key) {
            return self.in_override(given.text);
        }
        let written = |key: &String| position(origin.text, key).filter(|place| place.exact);
        let place = self.keys.iter().find_map(written).or_else(|| {
            let section = self.keys.first()?;
            position(origin.text, section)
        });
        match place {
            Some(place) => {
                let line = line_of(origin.text, place.offset);
                self.at(format!("{}:{line}", origin.name))
            }
            None => match overrides.iter().rev().find(|given| self.in_section(given)) {
                Some(given) => self.in_override(given.text),
                None => self.at(origin.name.clone()),
            },
        }
    }

    /// Attributes the mistake to the override `text`.
    pub fn in_override(self, text: &str) -> ConfigError {
        self.at(format!("override \"{text}\""))
    }

    fn at(self, place: String) -> ConfigError {
        ConfigError::Value {
            place,
            key: self.keys.into_iter().next().unwrap_or_default(),
            message: self.message,
        }
    }

    fn in_section(&self, given: &Override) -> bool {
        let section = |key: &str| key.split('.').next().map(str::to_owned);
        (self.keys.iter()).any(|key| section(key) == section(given.key))
    }
}

/// Whether `key` is `whole` or a part of it, as `a.b` and `a[1]` are parts of `a`.
fn within(key: &str, whole: &str) -> bool {
    key.strip_prefix(whole)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The file as TOML.
///
/// # Errors
/// What is not TOML, with its line.
pub fn parse(origin: &Origin) -> Result<Table, ConfigError> {
    let syntax = |error: toml::de::Error| {
        let span = error.span().unwrap_or_default();
        let message = match (error.message(), origin.text.get(span.clone())) {
            ("duplicate key", Some(key)) if !key.is_empty() => {
                format!("{key} is given twice; remove one of the two")
            }
            (message, _) => message.to_string(),
        };
        ConfigError::Syntax {
            place: format!("{}:{}", origin.name, line_of(origin.text, span.start)),
            message,
        }
    };
    let document = DeTable::parse(origin.text).map_err(syntax)?;
    for (key, value) in document.get_ref() {
        check_integers(key.get_ref(), value.get_ref())
            .map_err(|(key, message)| Problem::new(key, message).locate(origin, &[]))?;
    }
    origin.text.parse().map_err(syntax)
}

/// Finds whole numbers that TOML cannot hold, which its parser accepts until they are read.
///
/// # Errors
/// The key of the first one and what was expected.
pub fn check_integers(key: &str, value: &DeValue) -> Result<(), (String, String)> {
    match value {
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(_) => Ok(()),
            Err(_) => Err((
                key.into(),
                format!(
                    "expected a whole number from 0 to {}, received {}",
                    i64::MAX,
                    integer.as_str()
                ),
            )),
        },
        DeValue::Array(array) => (array.iter().enumerate()).try_for_each(|(index, value)| {
            check_integers(&format!("{key}[{index}]"), value.get_ref())
        }),
        DeValue::Table(table) => table.iter().try_for_each(|(name, value)| {
            check_integers(&format!("{key}.{}", name.get_ref()), value.get_ref())
        }),
        _ => Ok(()),
    }
}

struct Position {
    /// Bytes from the start of the text.
    offset: usize,
    /// Whether the key itself stands there, not only the section it belongs to.
    exact: bool,
}

/// The deepest part of `key` (`a.b`, `a.b[1]`) that the text holds.
fn position(text: &str, key: &str) -> Option<Position> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut place = None;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        let (part, index) = match part.split_once('[') {
            Some((part, index)) => (part, index.trim_end_matches(']').parse().ok()),
            None => (part, None::<usize>),
        };
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == part) else {
            break;
        };
        let element = (value.get_ref().as_array()).and_then(|array| array.get(index?));
        place = Some(Position {
            offset: element.map_or(name.span().start, |element| element.span().start),
            exact: parts.peek().is_none(),
        });
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    place
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    1 + before.filter(|&byte| byte == b'\n').count()
}
