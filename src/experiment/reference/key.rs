//! The keys of a configuration as a tree, read off its JSON Schema.

use serde_json::Value;

use super::order::order;
use super::values::{Choice, all_constants, choices, sentence, values};
use crate::text::short_number;

/// A section, or a key in one.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// `training.stop.metric`; for a list of tables, without its `[0]`.
    pub path: String,
    pub meaning: String,
    /// What may be written, in words.
    pub values: String,
    /// The alternatives with their meanings, where each has one.
    pub choices: Vec<Choice>,
    pub when_absent: WhenAbsent,
    /// The keys of the table, or of the tables in the list.
    pub keys: Vec<Key>,
    /// The keys that depend on the table's `name`.
    pub kinds: Vec<Kind>,
}

/// What it means that a key is not written.
#[derive(Debug, Clone, PartialEq)]
pub enum WhenAbsent {
    /// This value, as it would be written.
    Is(String),
    /// There is no value.
    NotSet,
    /// It must be given.
    Refused,
    /// That of the keys below it, or there is nothing to say: it is one of several.
    Unsaid,
}

/// The further keys of a table that has one of some names.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    pub title: String,
    /// Values of the key `name`, as they are written.
    pub names: Vec<String>,
    pub meaning: String,
    pub keys: Vec<Key>,
}

/// The sections that `schema` describes.
pub fn sections(schema: &Value) -> Vec<Key> {
    keys(&[schema], "", None)
}

/// The keys of `tables`, which may stand in the same place; below `model`, those of `network`.
fn keys(tables: &[&Value], path: &str, network: Option<&str>) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    for table in tables {
        let properties = table.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            let is_known = found.iter().any(|key| key.path == path);
            // The name of a network is a key of its own.
            if is_known || (network.is_some() && path == "model.name") {
                continue;
            }
            let when_absent = match tables.len() {
                1 => when_absent(table, name, schema),
                _ => WhenAbsent::Unsaid,
            };
            found.push(key(path, schema, when_absent, network));
        }
    }
    let order = order(path, network);
    found.sort_by_key(|key| {
        let name = key.path.rsplit('.').next();
        (order.iter().position(|known| Some(*known) == name)).unwrap_or(usize::MAX)
    });
    found
}

fn key(path: String, schema: &Value, when_absent: WhenAbsent, network: Option<&str>) -> Key {
    Key {
        meaning: text(schema, "description"),
        values: values(schema),
        choices: choices(schema),
        when_absent,
        keys: keys(&tables(schema), &path, network),
        kinds: kinds(schema, &path),
        path,
    }
}

fn when_absent(table: &Value, name: &str, schema: &Value) -> WhenAbsent {
    let required = table.get("required").and_then(Value::as_array);
    let is_required = required.is_some_and(|names| names.iter().any(|other| other == name));
    match schema.get("default") {
        Some(Value::Object(_)) => WhenAbsent::Unsaid,
        Some(Value::Array(list)) if list.is_empty() && schema.get("minItems").is_some() => {
            WhenAbsent::Refused
        }
        Some(value) => match toml::Value::try_from(value) {
            // Few digits, where TOML would be written with seven zeros.
            Ok(toml::Value::Float(number)) if number != 0.0 && number < 1e-4 => {
                WhenAbsent::Is(short_number(number))
            }
            Ok(value) => WhenAbsent::Is(value.to_string()),
            Err(_) => WhenAbsent::NotSet,
        },
        None if is_required => WhenAbsent::Refused,
        None => WhenAbsent::NotSet,
    }
}

/// The tables that may be the value, or stand in the list that is the value.
fn tables(schema: &Value) -> Vec<&Value> {
    if schema.get("properties").is_some() {
        return vec![schema];
    }
    let alternatives = ["anyOf", "oneOf"].map(|word| schema.get(word).and_then(Value::as_array));
    let alternatives = alternatives.into_iter().flatten().flatten();
    alternatives
        .chain(schema.get("items"))
        .flat_map(tables)
        .collect()
}

/// The alternatives of a table that are told apart by its `name`.
fn kinds(schema: &Value, path: &str) -> Vec<Kind> {
    let alternatives = match schema.get("properties") {
        Some(_) => schema.get("oneOf").and_then(Value::as_array),
        None => None,
    };
    let kinds = alternatives.into_iter().flatten().map(|alternative| {
        let names = alternative.pointer("/properties/name").map(all_constants);
        let names = names.unwrap_or_default();
        let network = names.first().map(|name| name.trim_matches('"'));
        Kind {
            title: text(alternative, "title"),
            meaning: sentence(&text(alternative, "description")),
            keys: keys(&[alternative], path, network),
            names,
        }
    });
    kinds.collect()
}

fn text(schema: &Value, word: &str) -> String {
    let text = schema.get(word).and_then(Value::as_str);
    text.unwrap_or_default().to_string()
}
