//! The reader accepts what the schema describes, and refuses what lies just beyond.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::values::all_constants;
use super::json_schema;
use super::validation::validate;
use crate::experiment::{ConfigError, Experiment};

/// Where only another key makes a value possible, the error has a word on that key.
const ABOUT_OTHER_KEYS: &[&str] = &[
    "only ",
    "needs ",
    "together with valid_fraction",
    "it changes the momentum",
    " not use it; set ",
    "no earlier step keeps",
    "cannot name a result",
    "is off; set it, or remove its probability",
    "expected one of below and above",
    "expected area, largest or both",
    "expected model.weights beside it",
    "at most 1000000 images are drawn",
    "\"pretrained\" is known for networks",
    "[augment] must say what is done",
    "can be transferred",
    "removes the features that the network's own head reads",
];

/// What stands for a value of a schema without parts.
type Leaf = fn(&Value) -> Vec<Value>;

fn list<'a>(schema: &'a Value, word: &str) -> impl Iterator<Item = &'a Value> {
    let list = schema.get(word).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn number(schema: &Value, word: &str) -> Option<f64> {
    schema.get(word).and_then(Value::as_f64)
}

/// Values for `schema`, in which each key and each alternative of it has each value of `leaf` once;
/// keys that are required are beside it.
fn instances(schema: &Value, leaf: Leaf) -> Vec<Value> {
    let alternatives: Vec<&Value> = list(schema, "anyOf").chain(list(schema, "oneOf")).collect();
    let is_choice = alternatives.iter().all(|one| one.get("const").is_some());
    if !is_choice {
        let each = alternatives.into_iter();
        return each.flat_map(|one| instances(one, leaf)).collect();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => {
            let count = number(schema, "minItems").unwrap_or(1.0) as usize;
            let items = instances(&schema["items"], leaf).into_iter();
            items.map(|item| vec![item; count].into()).collect()
        }
        Some("object") => tables(schema, leaf),
        _ => leaf(schema),
    }
}

/// Tables with the required keys, and one more key for each of its values.
fn tables(schema: &Value, leaf: Leaf) -> Vec<Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required: Map<String, Value> = list(schema, "required")
        .filter_map(|name| name.as_str())
        .map(|name| {
            let values = instances(&schema["properties"][name], within);
            // Of a table without keys there is nothing to vary.
            let value = values.into_iter().next().unwrap_or(json!({}));
            (name.to_string(), value)
        })
        .collect();
    let mut tables = Vec::new();
    for (name, schema) in properties.into_iter().flatten() {
        for value in instances(schema, leaf) {
            let mut table = required.clone();
            table.insert(name.clone(), value);
            tables.push(table.into());
        }
    }
    tables
}

/// Every single value, and both ends of a range.
fn within(schema: &Value) -> Vec<Value> {
    let constants = all_constants(schema);
    if !constants.is_empty() {
        let values = constants.iter().map(|text| serde_json::from_str(text));
        return values.collect::<Result<_, _>>().unwrap();
    }
    match schema["type"].as_str().unwrap() {
        "boolean" => vec![json!(true), json!(false)],
        "string" => match list(schema, "examples").next() {
            Some(_) => list(schema, "examples").cloned().collect(),
            None => vec![json!("text")],
        },
        "integer" => {
            let ends = ["minimum", "maximum"].map(|word| number(schema, word));
            let ends = ends.into_iter().flatten();
            ends.map(|end| json!(end as i64)).collect()
        }
        "number" => {
            let end = |word: &str| number(schema, word);
            let low = end("minimum").or(end("exclusiveMinimum").map(|least| least + 1e-6));
            let high = end("maximum").or(end("exclusiveMaximum").map(|most| most - 1e-6));
            let ends: Vec<Value> = [low, high].into_iter().flatten().map(Value::from).collect();
            if ends.is_empty() {
                vec![json!(0.5)]
            } else {
                ends
            }
        }
        other => panic!("{other}"),
    }
}

/// What lies just beyond both ends of a range.
fn beyond(schema: &Value) -> Vec<Value> {
    let end = |word: &str| number(schema, word);
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") if schema.get("oneOf").is_none() => {
            let ends = [
                end("minimum").map(|least| least as i64 - 1),
                end("maximum").map(|most| most as i64 + 1),
            ];
            ends.into_iter().flatten().map(Value::from).collect()
        }
        Some("number") => {
            let low = end("exclusiveMinimum").or(end("minimum").map(|least| least - 1e-6));
            let high = end("exclusiveMaximum").or(end("maximum").map(|most| most + 1e-6));
            [low, high].into_iter().flatten().map(Value::from).collect()
        }
        _ => Vec::new(),
    }
}

/// A word that is not among those listed, with the list.
fn unknown(schema: &Value) -> Vec<Value> {
    let constants = all_constants(schema).into_iter();
    let words: Vec<String> = constants
        .filter(|value| value.starts_with('"') && schema.get("const").is_none())
        .map(|value| value.trim_matches('"').to_string())
        .collect();
    match words.is_empty() {
        true => Vec::new(),
        false => vec![json!(format!("none of {}", words.join(", ")))],
    }
}

fn read(value: &Value) -> Result<Experiment, ConfigError> {
    let mut value = value.clone();
    // Other networks cannot be transferred, whatever the section says.
    if value.get("transfer").is_some() {
        value["model"] = json!({ "name": "resnet18" });
    }
    toml::to_string(&value).unwrap().parse()
}

#[test]
fn every_key_and_value_of_the_schema_is_read() {
    let schema = json_schema();
    let (mut refused, mut accepted) = (Vec::new(), 0);
    for value in instances(&schema, within) {
        if let Err(error) = validate(&schema, &value, "") {
            refused.push(format!("{value}: {error}"));
        }
        match read(&value).map_err(|error| error.to_string()) {
            Err(error) if ABOUT_OTHER_KEYS.iter().any(|part| error.contains(part)) => {}
            Err(error) => refused.push(format!("{value}: {error}")),
            Ok(_) => accepted += 1,
        }
    }
    assert!(refused.is_empty(), "\n{}", refused.join("\n"));
    assert!(accepted > 150, "only {accepted}");
}

#[test]
fn numbers_beyond_a_range_are_refused() {
    let schema = json_schema();
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for value in instances(&schema, beyond) {
        if validate(&schema, &value, "").is_ok() {
            continue;
        }
        match read(&value).map_err(|error| error.to_string()) {
            Ok(_) => wrong.push(format!("{value} is read")),
            Err(error) if error.contains("expected") => refused += 1,
            Err(error) if ABOUT_OTHER_KEYS.iter().any(|part| error.contains(part)) => {}
            Err(error) => wrong.push(format!("{value}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(refused > 80, "only {refused}");
}

#[test]
fn the_words_listed_for_a_key_are_all_that_the_reader_knows() {
    // By what the reader knows, because networks that share a key list each their part.
    let mut listed: BTreeMap<BTreeSet<String>, BTreeSet<String>> = BTreeMap::new();
    let words = |text: &str| -> BTreeSet<String> { text.split(", ").map(String::from).collect() };
    for value in instances(&json_schema(), unknown) {
        let error = read(&value).unwrap_err().to_string();
        let parts = (error.split_once("none of "))
            .and_then(|(_, rest)| Some((rest.split_once("\" is not known")?.0, rest)))
            .and_then(|(ours, rest)| Some((ours, rest.split_once("expected one of ")?.1)));
        let Some((ours, known)) = parts else {
            panic!("{value}: {error}");
        };
        let known = listed.entry(words(known)).or_default();
        known.extend(words(ours));
    }
    // Names of steps that need settings cannot stand alone.
    listed.retain(|known, _| !known.contains("clahe"));
    assert!(listed.len() > 15, "only {listed:?}");
    for (known, ours) in listed {
        assert_eq!(ours, known);
    }
}
