//! Whether a value fulfils a schema, as far as the words in the configuration's schema go.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::json_schema;

/// # Errors
/// The first violation, with its place.
pub fn validate(schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{path}: {what}: {value}"));
    let list = |word: &str| schema.get(word).and_then(Value::as_array);
    let number = |word: &str| schema.get(word).and_then(Value::as_f64);
    let is_of = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        other => panic!("{path}: type {other:?}"),
    };
    if schema.get("type").is_some_and(|name| !is_of(name)) {
        return fail("another type");
    }
    if list("enum").is_some_and(|known| !known.contains(value))
        || schema.get("const").is_some_and(|known| known != value)
    {
        return fail("another value");
    }
    if let Some(value) = value.as_f64() {
        let out_of_range = number("minimum").is_some_and(|least| value < least)
            || number("maximum").is_some_and(|most| value > most)
            || number("exclusiveMinimum").is_some_and(|least| value <= least)
            || number("exclusiveMaximum").is_some_and(|most| value >= most);
        if out_of_range {
            return fail("out of range");
        }
    }
    if let Some(values) = value.as_array() {
        let length = values.len() as f64;
        if number("minItems").is_some_and(|least| length < least)
            || number("maxItems").is_some_and(|most| length > most)
        {
            return fail("another length");
        }
        if let Some(items) = schema.get("items") {
            let mut each = values.iter().enumerate();
            each.try_for_each(|(index, value)| {
                validate(items, value, &format!("{path}[{index}]"))
            })?;
        }
    }
    if let Some(keys) = value.as_object() {
        for (name, value) in keys {
            let path = format!("{path}.{name}");
            match schema.get("properties").and_then(|known| known.get(name)) {
                Some(schema) => validate(schema, value, &path)?,
                None if schema.get("additionalProperties") == Some(&json!(false)) => {
                    return Err(format!("{path}: no such key"));
                }
                None => {}
            }
        }
        for name in list("required").into_iter().flatten() {
            if !keys.contains_key(name.as_str().unwrap()) {
                return fail("a key is missing");
            }
        }
    }
    for (word, most) in [("anyOf", usize::MAX), ("oneOf", 1)] {
        if let Some(alternatives) = list(word) {
            let results = alternatives.iter().map(|one| validate(one, value, path));
            let (fulfilled, violated): (Vec<_>, Vec<_>) = results.partition(Result::is_ok);
            match fulfilled.len() {
                0 => return fail(&format!("no alternative of {violated:?}")),
                count if count > most => return fail("several alternatives"),
                _ => {}
            }
        }
    }
    Ok(())
}

#[test]
fn every_configuration_in_the_repository_fulfils_the_schema() {
    let schema = json_schema();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let value: Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.display().to_string();
        validate(&schema, &value, &name).unwrap_or_else(|error| panic!("{error}"));
        files += 1;
    }
    assert!(files >= 8, "only {files} configurations");
}

#[test]
fn mistakes_do_not_fulfil_the_schema() {
    let schema = json_schema();
    for text in [
        "[trainig]",
        "[training]\nepoch = 3",
        "[training]\nepochs = -1",
        "[training]\nepochs = 1.5",
        "[training]\noptimizer = \"adm\"",
        "[training]\nstop = { below = 1.0 }",
        "[training]\nmomentum = 1.0",
        "[model]\nhidden = 3",
        "[model]\nname = \"sequential\"",
        "[model]\nname = \"sequential\"\nlayers = []",
        "[model]\nname = \"dense\"\nconv_channels = [1, 2]",
        "[model]\nname = \"lenet5\"\npreset = \"32-64-same\"",
        "[model]\nname = \"two-conv\"\nconv_channels = [1]",
        "[preprocess]\nsteps = [\"remove-small\"]",
        "[preprocess]\nsteps = [{ clahe = {}, gamma = 1.0 }]",
        "[preprocess]\nsteps = [{ keep = \"mask\" }]",
        "[augment]\nerasing = { value = 256 }",
    ] {
        let value: Value = toml::from_str(text).unwrap();
        assert!(validate(&schema, &value, "").is_err(), "{text}");
    }
}
