//! From TOML values to typed settings.
//!
//! The errors of toml's own deserializer are English sentences about Rust types. Here, what serde
//! reports stays a value: the key, the keys or choices that are known there, the kind of value that
//! was expected. [`Problem`] words it for the reader.

use std::fmt::{self, Display};

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use toml::{Table, Value};

use super::problem::{self, Problem};
use crate::text::did_you_mean;

/// Reads all sections; each must be a table.
///
/// # Errors
/// The key that is unknown, is missing or has a value of the wrong kind.
pub fn sections<T: for<'de> Deserialize<'de>>(table: &Table) -> Result<T, Problem> {
    let entries = Entries::new(table, true);
    let read = T::deserialize(de::value::MapAccessDeserializer::new(entries));
    read.map_err(Mistake::into_problem)
}

/// Reads the section `name` with `read`, which gets a deserializer of `table`.
///
/// # Errors
/// See [`sections`].
pub fn section<T>(
    name: &str,
    table: &Value,
    read: impl FnOnce(Reader) -> Result<T, Mistake>,
) -> Result<T, Problem> {
    read(Reader(table)).map_err(|mistake| mistake.below(name, table).into_problem())
}

/// What is wrong at a key.
#[derive(Debug)]
pub struct Mistake {
    /// From where reading began, e.g. `training.class_weights[1]`; empty at first.
    key: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
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
        /// Of the table it is missing in.
        example: Option<String>,
    },
    Unexpected {
        expected: String,
        received: Option<String>,
    },
    Explained(String),
}

impl From<Kind> for Mistake {
    fn from(kind: Kind) -> Self {
        let key = String::new();
        Self { key, kind }
    }
}

impl Mistake {
    fn expected(what: impl Display) -> Self {
        let (expected, received) = (what.to_string(), None);
        Kind::Unexpected { expected, received }.into()
    }

    /// The mistake as seen from one level up, where `value` is that of `key` or `[index]`.
    fn below(mut self, key: &str, value: &Value) -> Self {
        if let Kind::Unexpected { received, .. } = &mut self.kind {
            received.get_or_insert_with(|| problem::received(value));
        }
        self.key = joined(key, &self.key);
        self
    }

    /// Shows an example of the whole table where one of its keys is missing.
    fn with_example(mut self, of_table: &str) -> Self {
        if let (true, Kind::MissingKey { example, .. }) = (self.key.is_empty(), &mut self.kind) {
            *example = Some(of_table.to_string());
        }
        self
    }

    fn into_problem(self) -> Problem {
        let message = self.to_string();
        match self.kind {
            Kind::UnknownKey { name, .. } => Problem::new(joined(&self.key, &name), message),
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

impl Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            Kind::UnknownKey { known: [], .. } => write!(out, "there are no keys here; remove it"),
            Kind::UnknownKey { name, known } => write!(
                out,
                "there is no such key{}; keys here are {}",
                did_you_mean(name, known.iter().copied()),
                known.join(", ")
            ),
            Kind::UnknownChoice { name, known } => write!(
                out,
                "\"{name}\" is not known{}; expected one of {}",
                did_you_mean(name, known.iter().copied()),
                known.join(", ")
            ),
            Kind::MissingKey { name, example } => match example {
                Some(example) => write!(out, "\"{name}\" is missing; expected {example}"),
                None => write!(out, "\"{name}\" is missing; add it"),
            },
            Kind::Unexpected { expected, received } => match received {
                Some(received) => write!(out, "expected {expected}, received {received}"),
                None => write!(out, "expected {expected}"),
            },
            Kind::Explained(message) => out.write_str(message),
        }
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: Display>(message: T) -> Self {
        Kind::Explained(message.to_string()).into()
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
        Kind::UnknownChoice { name, known }.into()
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        let name = name.to_string();
        Kind::UnknownKey { name, known }.into()
    }

    fn missing_field(name: &'static str) -> Self {
        let example = None;
        Kind::MissingKey { name, example }.into()
    }
}

/// Deserializes a value. What a type asks for tells what to expect, so that no Rust type is named.
pub struct Reader<'a>(&'a Value);

/// How a visitor that was written for these settings words what it expects.
fn expectation<'de>(visitor: &impl Visitor<'de>) -> String {
    (visitor as &dyn Expected).to_string()
}

macro_rules! whole_numbers {
    ($($read:ident $visit:ident $type:ident $range:literal)+) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
            let Value::Integer(value) = self.0 else {
                return Err(Mistake::expected("a whole number"));
            };
            match $type::try_from(*value) {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Mistake::expected(concat!("a whole number ", $range))),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Mistake;

    whole_numbers! {
        deserialize_u8 visit_u8 u8 "from 0 to 255"
        deserialize_u16 visit_u16 u16 "from 0 to 65535"
        deserialize_u32 visit_u32 u32 "from 0 to 4294967295"
        deserialize_u64 visit_u64 u64 "from 0 up"
        deserialize_i8 visit_i8 i8 "from -128 to 127"
        deserialize_i16 visit_i16 i16 "from -32768 to 32767"
        deserialize_i32 visit_i32 i32 "from -2147483648 to 2147483647"
        deserialize_i64 visit_i64 i64 ""
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            _ => Err(Mistake::expected("a number")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Boolean(value) => visitor.visit_bool(*value),
            _ => Err(Mistake::expected("true or false")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            _ => Err(Mistake::expected("text in quotes")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(BorrowedStrDeserializer::new(name)),
            _ => Err(Mistake::expected("text in quotes")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Array(values) => visitor.visit_seq(Elements::new(values)),
            _ => Err(Mistake::expected("a list such as [\"...\", \"...\"]")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Array(values) if values.len() == length => {
                visitor.visit_seq(Elements::new(values))
            }
            _ => Err(Mistake::expected(format!("a list of {length} values"))),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let example = expectation(&visitor);
        match self.0 {
            Value::Table(table) => (visitor.visit_map(Entries::new(table, false)))
                .map_err(|mistake| mistake.with_example(&example)),
            _ => Err(Mistake::expected(example)),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Array(values) => visitor.visit_seq(Elements::new(values)),
            Value::Table(table) => visitor.visit_map(Entries::new(table, false)),
            Value::Datetime(_) => Err(Mistake::expected(expectation(&visitor))),
        }
    }

    forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple_struct map identifier ignored_any
    }
}

/// The values of a list.
struct Elements<'a>(std::iter::Enumerate<std::slice::Iter<'a, Value>>);

impl<'a> Elements<'a> {
    fn new(values: &'a [Value]) -> Self {
        Self(values.iter().enumerate())
    }
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mistake> {
        let Some((index, value)) = self.0.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Reader(value)).map(Some);
        read.map_err(|mistake| mistake.below(&format!("[{index}]"), value))
    }
}

/// The keys of a table and their values.
struct Entries<'a> {
    entries: toml::map::Iter<'a, String, Value>,
    current: Option<(&'a str, &'a Value)>,
    /// Whether the values are sections.
    sections: bool,
}

impl<'a> Entries<'a> {
    fn new(table: &'a Table, sections: bool) -> Self {
        Self {
            entries: table.iter(),
            current: None,
            sections,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mistake> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.current = Some((key, value));
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let Some((key, value)) = self.current.take() else {
            return Err(Kind::Explained("a value was read before its key".into()).into());
        };
        let read = match self.sections && !value.is_table() {
            true => Err(Kind::Explained(format!(
                "expected the section [{key}] with its keys below it"
            ))
            .into()),
            false => seed.deserialize(Reader(value)),
        };
        read.map_err(|mistake| mistake.below(key, value))
    }
}
