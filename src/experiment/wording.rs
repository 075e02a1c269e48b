//! serde's complaints in people's words: "a whole number" for `usize`.

use toml::Value;

use super::place::Problem;
use crate::text::did_you_mean;

/// The mistake behind serde's `message` about the key `path`, where `value` stands.
pub fn reword(path: &str, message: &str, value: Option<&Value>) -> Problem {
    let message = message.lines().next().unwrap_or_default();
    // The names that serde quotes: what it did not know, then what it knows.
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field") {
        let name = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let hint = did_you_mean(name, known.iter().copied());
        let key = match path {
            "" => name.into(),
            path if path.rsplit('.').next() == Some(name) => path.into(),
            path => format!("{path}.{name}"),
        };
        let known = known.join(", ");
        return Problem::new(
            key,
            format!("there is no such key{hint}; keys here are {known}"),
        );
    }
    if message.starts_with("unknown variant") {
        let name = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let hint = did_you_mean(name, known.iter().copied());
        let known = known.join(", ");
        let message = format!("\"{name}\" is not known{hint}; expected one of {known}");
        return Problem::new(path, message);
    }
    if message.starts_with("missing field") {
        let name = quoted.next().unwrap_or_default();
        let message = match path {
            "training.stop" => format!("\"{name}\" is missing; expected e.g. {STOP}"),
            _ => format!("\"{name}\" is missing; add it"),
        };
        return Problem::new(path, message);
    }
    let expected = match message.rsplit_once("expected ") {
        Some((_, expected)) if message.starts_with("invalid ") => in_words(expected, value),
        // A table where the name of a choice belongs.
        _ if message.starts_with("wanted exactly 1 element")
            || message.starts_with("expected table, found") =>
        {
            TEXT.into()
        }
        _ => return Problem::new(path, message),
    };
    // An element of the list is at fault, which serde no longer tells within `[model]`.
    let within_list = path.starts_with("model.")
        && value.is_some_and(Value::is_array)
        && !message.contains("invalid length")
        && !message.contains("sequence, expected");
    let expected = match within_list {
        true => format!("a list in which each value is {expected}"),
        false => expected,
    };
    let received = value.map_or(String::new(), |value| {
        format!(", received {}", received(value))
    });
    Problem::new(path, format!("expected {expected}{received}"))
}

const TEXT: &str = "text in quotes";
const STOP: &str = "{ metric = \"train_loss\", below = 0.29 }";

/// What Rust calls `usize`, `an array of length 2` or `struct StopRule`.
fn in_words(expected: &str, value: Option<&Value>) -> String {
    let integer = value.is_some_and(Value::is_integer);
    match expected {
        "u8" if integer => "a whole number from 0 to 255".into(),
        "usize" | "u16" | "u32" | "u64" if integer => "a whole number from 0 up".into(),
        "usize" | "u8" | "u16" | "u32" | "u64" | "i16" | "i64" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a string"
        | "path string"
        | "string only"
        | "string or map"
        | "unit variant"
        | "variant identifier"
        | "map with a single key" => TEXT.into(),
        "a sequence" => "a list such as [\"...\", \"...\"]".into(),
        _ if expected.starts_with("struct StopRule") => {
            format!("a table such as {STOP}")
        }
        "struct Erasing" => "a table such as { probability = 0.5 }".into(),
        "struct Probabilities" => "a table such as { blur = 0.3 }".into(),
        _ if expected.contains("array") || expected.contains("elements") => {
            let length = expected
                .split(' ')
                .find(|word| word.parse::<usize>().is_ok());
            match length {
                Some(length) => format!("a list of {length} values"),
                None => "a shorter list".into(),
            }
        }
        own => own.into(),
    }
}

/// A value as it would be written, cut short where it is long.
pub fn received(value: &Value) -> String {
    const LONGEST: usize = 60;
    let written = match value {
        Value::Float(value) => number(*value),
        value => value.to_string(),
    };
    match value {
        _ if written.chars().count() <= LONGEST => written,
        Value::Array(_) => "another list".into(),
        Value::Table(_) => "a table".into(),
        _ => written.chars().take(LONGEST).chain(['…']).collect(),
    }
}

/// A number in few digits, however large or small.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size != 0.0 && size.is_finite() && !(1e-4..1e9).contains(&size) => {
            format!("{value:e}")
        }
        _ => value.to_string(),
    }
}
