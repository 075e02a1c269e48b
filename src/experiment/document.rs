//! The text of a configuration, and the lines on which its keys are written.

use toml::Table;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::problem::Problem;

/// A configuration as it was written.
pub struct Document<'a> {
    /// The path of the file, or words in its place.
    pub name: String,
    pub text: &'a str,
}

/// Where a key is written.
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// Whether the key itself is there, not only the section it belongs to.
    pub exact: bool,
}

impl Document<'_> {
    /// # Errors
    /// The text is not TOML, or holds an integer beyond 64 bits.
    pub fn parse(&self) -> Result<Table, ConfigError> {
        let document = DeTable::parse(self.text).map_err(|error| self.syntax(&error))?;
        for (key, value) in document.get_ref() {
            check_integers(key.get_ref(), value.get_ref()).map_err(|problem| self.at(problem))?;
        }
        self.text.parse().map_err(|error| self.syntax(&error))
    }

    /// The line of the first of `keys` that is written here; if none is, that of the section or table
    /// which the first of `keys` belongs to.
    pub fn find(&self, keys: &[String]) -> Option<Line> {
        let written = |key: &String| self.line(key).filter(|line| line.exact);
        keys.iter()
            .find_map(written)
            .or_else(|| self.line(keys.first()?))
    }

    /// The problem, attributed to this text.
    pub fn at(&self, problem: Problem) -> ConfigError {
        let place = match self.find(&problem.keys) {
            Some(line) => self.numbered(line.number),
            None => self.name.clone(),
        };
        problem.in_place(place)
    }

    fn numbered(&self, line: usize) -> String {
        format!("{}:{line}", self.name)
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span().unwrap_or_default();
        let message = match (error.message(), self.text.get(span.clone())) {
            ("duplicate key", Some(key)) if !key.is_empty() => {
                format!("{key} is given twice; remove one of the two")
            }
            (message, _) => message.to_string(),
        };
        ConfigError::Syntax {
            place: self.numbered(self.line_at(span.start)),
            message,
        }
    }

    /// The line of the deepest part of `key` (`a.b`, `a.b[1]`) that is written.
    fn line(&self, key: &str) -> Option<Line> {
        let document = DeTable::parse(self.text).ok()?;
        let mut table = document.get_ref();
        let mut found = None;
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
            let start = element.map_or(name.span().start, |element| element.span().start);
            found = Some(Line {
                number: self.line_at(start),
                exact: parts.peek().is_none(),
            });
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => break,
            }
        }
        found
    }

    fn line_at(&self, byte: usize) -> usize {
        let before = self.text.bytes().take(byte);
        1 + before.filter(|&byte| byte == b'\n').count()
    }
}

/// Refuses whole numbers beyond the range of TOML, which its parser accepts until they are read.
///
/// # Errors
/// The key of the first one and what was expected.
pub fn check_integers(key: &str, value: &DeValue) -> Result<(), Problem> {
    match value {
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(_) => Ok(()),
            Err(_) => {
                let (most, received) = (i64::MAX, integer.as_str());
                let message =
                    format!("expected a whole number from 0 to {most}, received {received}");
                Err(Problem::new(key, message))
            }
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
