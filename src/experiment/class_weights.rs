//! `training.class_weights`: a word or a list, read by hand so that mistakes name the element.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::text::{did_you_mean, short_number};

/// How much the images of each class count in the loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ClassWeights {
    Named(BalancedWeights),
    PerClass(Vec<f32>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BalancedWeights {
    /// `images / (classes * images of the class)`, as in scikit-learn.
    Balanced,
}

impl JsonSchema for ClassWeights {
    fn schema_name() -> Cow<'static, str> {
        "ClassWeights".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let balanced = "`images / (classes * images of the class)`, as in scikit-learn.";
        json_schema!({ "anyOf": [
            { "const": "balanced", "description": balanced },
            {
                "type": "array",
                "items": { "type": "number", "exclusiveMinimum": 0.0 },
                "description": "One weight per class, e.g. `[1.0, 2.5]`.",
            },
        ] })
    }
}

impl<'de> Deserialize<'de> for ClassWeights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordOrList)
    }
}

const EXPECTED: &str = "\"balanced\" or a list of one positive number per class, e.g. [1.0, 2.5]";

struct WordOrList;

impl<'de> Visitor<'de> for WordOrList {
    type Value = ClassWeights;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(EXPECTED)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<ClassWeights, E> {
        match word {
            "balanced" => Ok(ClassWeights::Named(BalancedWeights::Balanced)),
            word => {
                let hint = did_you_mean(word, ["balanced"]);
                Err(E::custom(format!(
                    "\"{word}\" is not known{hint}; expected {EXPECTED}"
                )))
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ClassWeights, A::Error> {
        let mut weights = Vec::new();
        while let Some(Weight(weight)) = list.next_element()? {
            weights.push(weight);
        }
        Ok(ClassWeights::PerClass(weights))
    }
}

/// A weight that is still positive and finite after rounding to 32 bits, in which it is used.
struct Weight(f32);

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let weight = f64::deserialize(deserializer)?;
        match weight as f32 {
            rounded if rounded.is_normal() && rounded > 0.0 => Ok(Weight(rounded)),
            _ => Err(D::Error::custom(format!(
                "expected a positive number that fits in 32 bits, received {}",
                short_number(weight)
            ))),
        }
    }
}
