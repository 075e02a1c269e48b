//! From TOML values to typed settings.
//!
//! toml has a deserializer as well, but its errors are English sentences about Rust types.

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Error as _, Expected, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use toml::{Table, Value};

use super::problem::Problem;
use super::read_error::ReadError;

/// Reads all sections; each must be a table.
///
/// # Errors
/// The key that is unknown, is missing or has a value of the wrong kind.
pub fn sections<T: for<'de> Deserialize<'de>>(table: &Table) -> Result<T, Problem> {
    let entries = Entries::new(table, true);
    let read = T::deserialize(MapAccessDeserializer::new(entries));
    read.map_err(ReadError::into_problem)
}

/// Reads the section `name` with `read`, which gets a deserializer of `table`.
///
/// # Errors
/// See [`sections`].
pub fn section<T>(
    name: &str,
    table: &Value,
    read: impl FnOnce(Reader) -> Result<T, ReadError>,
) -> Result<T, Problem> {
    read(Reader(table)).map_err(|error| error.below(name, table).into_problem())
}

/// Deserializes a value. What a type asks for tells what to expect, so that no Rust type is named.
pub struct Reader<'a>(&'a Value);

/// What a visitor expects, in the words of its type.
fn expectation<'de>(visitor: &impl Visitor<'de>) -> String {
    (visitor as &dyn Expected).to_string()
}

macro_rules! whole_numbers {
    ($($read:ident $visit:ident $type:ident $range:literal)+) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let Value::Integer(value) = self.0 else {
                return Err(ReadError::expected("a whole number"));
            };
            match $type::try_from(*value) {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(ReadError::expected(concat!("a whole number ", $range))),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = ReadError;

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

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            _ => Err(ReadError::expected("a number")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Boolean(value) => visitor.visit_bool(*value),
            _ => Err(ReadError::expected("true or false")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            _ => Err(ReadError::expected("text in quotes")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(BorrowedStrDeserializer::new(name)),
            _ => Err(ReadError::expected("text in quotes")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Array(values) => visitor.visit_seq(Elements::new(values)),
            _ => Err(ReadError::expected("a list such as [\"...\", \"...\"]")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Array(values) if values.len() == length => {
                visitor.visit_seq(Elements::new(values))
            }
            _ => Err(ReadError::expected(format!("a list of {length} values"))),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let expected = match expectation(&visitor) {
            // The type has no `#[serde(expecting)]`.
            derived if derived == format!("struct {name}") => match fields {
                [] => "an empty table, {}".into(),
                fields => format!("a table with any of the keys {}", fields.join(", ")),
            },
            example => example,
        };
        match self.0 {
            Value::Table(table) => (visitor.visit_map(Entries::new(table, false)))
                .map_err(|error| error.in_table(&expected)),
            _ => Err(ReadError::expected(expected)),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Array(values) => visitor.visit_seq(Elements::new(values)),
            Value::Table(table) => visitor.visit_map(Entries::new(table, false)),
            // No setting is a date. Bytes that are no text fit no type, so that each says itself what
            // it expects; an error from here would be that of a visitor which takes any value.
            Value::Datetime(_) => visitor.visit_bytes(&[0xff]),
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
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some((index, value)) = self.0.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Reader(value)).map(Some);
        read.map_err(|error| error.below(&format!("[{index}]"), value))
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
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.current = Some((key, value));
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let Some((key, value)) = self.current.take() else {
            return Err(ReadError::custom("a value was read before its key"));
        };
        let read = match self.sections && !value.is_table() {
            true => Err(ReadError::custom(format!(
                "expected the section [{key}] with its keys below it"
            ))),
            false => seed.deserialize(Reader(value)),
        };
        read.map_err(|error| error.below(key, value))
    }
}
