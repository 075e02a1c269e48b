//! The configuration as a JSON Schema, made from the types that it is read into.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::experiment::sections::Experiment;

/// The JSON Schema, draft 7, that every configuration which can be read fulfils. Editors complete and
/// check TOML files with it.
///
/// It knows types, names and ranges; what keys require of each other is known to
/// [`load`](crate::experiment::load) alone.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        // Easier to walk than one with references.
        settings.inline_subschemas = true;
    });
    let schema = settings
        .into_generator()
        .into_root_schema_for::<Experiment>();
    let mut schema = schema.to_value();
    tidy(&mut schema);
    schema["title"] = "A configuration of convlab".into();
    schema
}

/// Removes the names of Rust types and null, and joins the lines of descriptions.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(words) => {
            words.remove("format");
            remove_null(words);
            if let Some(Value::String(text)) = words.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            for (word, value) in words.iter_mut() {
                match (word.as_str(), value) {
                    // Its names are keys of the configuration.
                    ("properties", Value::Object(keys)) => keys.values_mut().for_each(tidy),
                    ("default" | "examples", _) => {}
                    (_, value) => tidy(value),
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// TOML has no null; a value that may be missing is not written.
fn remove_null(words: &mut Map<String, Value>) {
    for (word, null) in [
        ("type", json!("null")),
        ("enum", Value::Null),
        ("anyOf", json!({ "type": "null" })),
    ] {
        if let Some(Value::Array(list)) = words.get_mut(word) {
            list.retain(|one| *one != null);
        }
    }
    if let Some(Value::Array(types)) = words.get_mut("type")
        && let [one] = &mut types[..]
    {
        words["type"] = one.take();
    }
    if let Some(Value::Array(list)) = words.get_mut("anyOf")
        && let [Value::Object(one)] = &mut list[..]
    {
        let one = std::mem::take(one);
        words.remove("anyOf");
        // What is said of the key goes before what is said of its type.
        for (word, value) in one {
            words.entry(word).or_insert(value);
        }
    }
}
