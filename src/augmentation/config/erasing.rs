//! `augment.erasing`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::range::{AugmentError, within};
use crate::text::did_you_mean;

/// `augment.erasing`: random erasing of a rectangle (Zhong et al. 2020, arXiv 1708.04896).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table such as { probability = 0.5 }"
)]
pub struct Erasing {
    /// Probability that a rectangle is erased.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub probability: f64,
    /// Smallest and largest share of the image's area.
    #[schemars(inner(range(min = 0.0001, max = 1.0)))]
    pub area: [f64; 2],
    /// Smallest and largest ratio of height to width.
    #[schemars(inner(range(min = 0.01, max = 100.0)))]
    pub ratio: [f64; 2],
    /// What the rectangle is filled with.
    pub value: EraseValue,
}

impl Default for Erasing {
    fn default() -> Self {
        Self {
            probability: 0.5,
            area: [0.02, 0.33],
            ratio: [0.3, 3.3],
            value: EraseValue::Random,
        }
    }
}

/// `augment.erasing.value`: what the rectangle is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EraseValue {
    /// Every value is drawn by itself.
    Random,
    /// One grey level.
    Level(u8),
}

impl Erasing {
    pub(super) fn check(&self) -> Result<(), AugmentError> {
        within("erasing.probability", self.probability, 0.0..=1.0)?;
        for (key, [least, most], lowest, highest) in [
            ("erasing.area", self.area, 1e-4, 1.0),
            ("erasing.ratio", self.ratio, 0.01, 100.0),
        ] {
            if !(lowest <= least && least <= most && most <= highest) {
                return Err(AugmentError::new(
                    key,
                    format!(
                        "expected two numbers from {lowest} to {highest}, the least first, received [{least}, {most}]"
                    ),
                ));
            }
        }
        Ok(())
    }
}

impl JsonSchema for EraseValue {
    fn schema_name() -> Cow<'static, str> {
        "EraseValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "const": "random", "description": "Every value is drawn by itself." },
            {
                "type": "integer", "minimum": 0, "maximum": 255,
                "description": "One grey level.",
            },
        ] })
    }
}

impl Serialize for EraseValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Random => "random".serialize(serializer),
            Self::Level(level) => level.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for EraseValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordOrLevel)
    }
}

const ERASE_VALUE: &str = "\"random\" or a grey level from 0 to 255";

struct WordOrLevel;

impl Visitor<'_> for WordOrLevel {
    type Value = EraseValue;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(ERASE_VALUE)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<EraseValue, E> {
        match word {
            "random" => Ok(EraseValue::Random),
            word => {
                let hint = did_you_mean(word, ["random"]);
                Err(E::custom(format!(
                    "\"{word}\" is not known{hint}; expected {ERASE_VALUE}"
                )))
            }
        }
    }

    fn visit_i64<E: Error>(self, level: i64) -> Result<EraseValue, E> {
        u8::try_from(level)
            .map(EraseValue::Level)
            .map_err(|_| E::custom(format!("expected {ERASE_VALUE}, received {level}")))
    }

    fn visit_u64<E: Error>(self, level: u64) -> Result<EraseValue, E> {
        self.visit_i64(level.min(i64::MAX as u64) as i64)
    }
}
