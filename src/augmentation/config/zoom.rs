//! `augment.zoom`: one number, or a pair of factors.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::range::AugmentError;

/// Factors of enlargement from `least` to `most`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zoom {
    pub least: f64,
    pub most: f64,
}

impl Zoom {
    /// Factor 1 only.
    pub const OFF: Self = Self {
        least: 1.0,
        most: 1.0,
    };

    /// Whether images are enlarged or reduced at all.
    pub fn is_on(self) -> bool {
        self != Self::OFF
    }

    pub(super) fn check(self) -> Result<(), AugmentError> {
        let Self { least, most } = self;
        if least >= 0.1 && least <= most && most <= 10.0 {
            return Ok(());
        }
        Err(AugmentError::new(
            "zoom",
            format!(
                "expected factors from 0.1 to 10, the least first, received [{least}, {most}]; one number such as 0.2 means [0.8, 1.2]"
            ),
        ))
    }
}

impl JsonSchema for Zoom {
    fn schema_name() -> Cow<'static, str> {
        "Zoom".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let factor = json_schema!({ "type": "number", "minimum": 0.1, "maximum": 10.0 });
        json_schema!({ "anyOf": [
            { "type": "number", "minimum": 0.0, "exclusiveMaximum": 0.9 },
            { "type": "array", "items": factor, "minItems": 2, "maxItems": 2 },
        ] })
    }
}

impl Serialize for Zoom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.least, self.most].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Zoom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrPair)
    }
}

struct NumberOrPair;

impl<'de> Visitor<'de> for NumberOrPair {
    type Value = Zoom;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(
            "a number such as 0.2, or the least and the largest factor such as [0.8, 1.2]",
        )
    }

    fn visit_f64<E: Error>(self, range: f64) -> Result<Zoom, E> {
        Ok(Zoom {
            least: 1.0 - range,
            most: 1.0 + range,
        })
    }

    fn visit_i64<E: Error>(self, range: i64) -> Result<Zoom, E> {
        self.visit_f64(range as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Zoom, A::Error> {
        let mut factors = Vec::new();
        while let Some(factor) = list.next_element()? {
            factors.push(factor);
        }
        match factors[..] {
            [least, most] => Ok(Zoom { least, most }),
            _ => Err(A::Error::invalid_length(factors.len(), &self)),
        }
    }
}
