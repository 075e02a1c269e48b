//! One step as it is written: the name of an operation, or a table with the operation's settings and
//! perhaps `keep` and `from`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::Error;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::operations::{OPERATIONS, Operation};
use super::pictures::Pictures;

/// An operation, which picture it starts from, and the name that its result is kept under.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    #[serde(flatten)]
    pub operation: Operation,
    /// `original` or a kept picture; the result of the step before where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Name of the result for later steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
}

impl Step {
    /// The operation's name, and the name its result is kept under: `threshold = mask`.
    pub fn label(&self) -> String {
        let name = self.operation.name();
        match &self.keep {
            Some(keep) => format!("{name} = {keep}"),
            None => name.into(),
        }
    }

    /// Whether the step or its operation looks at the picture called `name`.
    pub(super) fn refers_to(&self, name: &str) -> bool {
        let references = self.operation.transform().references();
        self.from.as_deref() == Some(name) || references.iter().any(|(_, other)| *other == name)
    }

    pub(super) fn apply(&self, pictures: &mut Pictures) {
        if let Some(name) = &self.from {
            pictures.set(pictures.get(Some(name)).clone());
        }
        self.operation.transform().apply(pictures);
        if let Some(name) = &self.keep {
            pictures.keep(name);
        }
    }
}

impl JsonSchema for Step {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    /// The name of an operation, or a table with one operation.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let read = |name: &&str| Operation::with_defaults::<Error>(name).is_ok();
        let names: Vec<&str> = OPERATIONS
            .iter()
            .copied()
            .filter(|name| read(name))
            .collect();
        let mut alternatives = vec![json!({ "type": "string", "enum": names })];
        let mut tables = Operation::json_schema(generator);
        let tables = tables.get_mut("oneOf").and_then(Value::as_array_mut);
        for table in tables.into_iter().flatten() {
            if let Some(keys) = table.get_mut("properties") {
                keys["from"] = json!({
                    "type": "string",
                    "description": "The picture that the step starts from: `original`, or a name that \
                        an earlier step keeps; the result of the step before where not given.",
                });
                keys["keep"] = json!({
                    "type": "string",
                    "description": "Name under which the result is kept for later steps.",
                });
            }
            alternatives.push(table.take());
        }
        json_schema!({ "anyOf": alternatives })
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = Step;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a step, or a table such as { clahe = { tiles = 8 } }")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Step, E> {
        Ok(Step {
            operation: Operation::with_defaults(name)?,
            from: None,
            keep: None,
        })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Step, M::Error> {
        let mut operation: Option<Operation> = None;
        let (mut from, mut keep) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), &operation) {
                ("from", _) => from = Some(map.next_value()?),
                ("keep", _) => keep = Some(map.next_value()?),
                (name, Some(first)) if OPERATIONS.contains(&name) => {
                    return Err(de::Error::custom(format!(
                        "expected one operation, received {} and {name}; make two steps of it",
                        first.name()
                    )));
                }
                (name, None) => operation = Some(Operation::read(name, &mut map)?),
                (name, Some(_)) => return Err(de::Error::unknown_field(name, &["from", "keep"])),
            }
        }
        let Some(operation) = operation else {
            return Err(de::Error::custom(
                "the operation is missing; expected e.g. { clahe = { tiles = 8 }, keep = \"even\" }",
            ));
        };
        Ok(Step {
            operation,
            from,
            keep,
        })
    }
}
