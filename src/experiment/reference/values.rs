//! What may be written as a value, in words: `a whole number from 1 to 100`.

use serde_json::Value;

/// A value, or a kind of values, with what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// As it is written, or in words.
    pub value: String,
    pub meaning: String,
}

/// The alternatives of a schema, without nesting; itself if it has none.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let lists = ["anyOf", "oneOf"].map(|word| schema.get(word).and_then(Value::as_array));
    let inner: Vec<&Value> = (lists.into_iter().flatten().flatten())
        .flat_map(alternatives)
        .collect();
    match inner.is_empty() {
        true => vec![schema],
        false => inner,
    }
}

/// The single values that a schema allows, as they are written.
pub fn constants(schema: &Value) -> Vec<String> {
    let list = schema.get("enum").and_then(Value::as_array);
    let one = schema.get("const");
    let values = list.into_iter().flatten().chain(one);
    values.map(Value::to_string).collect()
}

/// Every single value that may be written, as it is written.
pub fn all_constants(schema: &Value) -> Vec<String> {
    alternatives(schema)
        .into_iter()
        .flat_map(constants)
        .collect()
}

/// The alternatives with what they mean; none if one of them does not tell.
pub fn choices(schema: &Value) -> Vec<Choice> {
    let alternatives = alternatives(schema);
    let is_itself = alternatives.iter().any(|one| std::ptr::eq(*one, schema));
    let choices = alternatives.into_iter().map(|alternative| {
        let meaning = sentence(alternative.get("description")?.as_str()?);
        let value = in_words(alternative);
        Some(Choice { value, meaning })
    });
    match is_itself {
        true => Vec::new(),
        false => choices.collect::<Option<_>>().unwrap_or_default(),
    }
}

/// What may be written.
pub fn values(schema: &Value) -> String {
    let mut parts = Vec::new();
    let all = all_constants(schema);
    match &all[..] {
        [] => {}
        [one] => parts.push(one.clone()),
        _ => parts.push(format!("one of {}", all.join(", "))),
    }
    for alternative in alternatives(schema) {
        let words = in_words(alternative);
        if constants(alternative).is_empty() && !parts.contains(&words) {
            parts.push(words);
        }
    }
    parts.join(", or ")
}

fn in_words(schema: &Value) -> String {
    let constants = constants(schema);
    if !constants.is_empty() {
        return constants.join(", ");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => "true or false".into(),
        Some("integer") => format!("a whole number{}", range(schema)),
        Some("number") => format!("a number{}", range(schema)),
        Some("array") => list(schema),
        Some("object") => match schema.get("properties") {
            Some(_) => "a table".into(),
            None => "an empty table, {}".into(),
        },
        _ => text(schema),
    }
}

fn range(schema: &Value) -> String {
    let number = |word: &str| schema.get(word).map(plain);
    let (least, above) = (number("minimum"), number("exclusiveMinimum"));
    let (most, below) = (number("maximum"), number("exclusiveMaximum"));
    let from = match (&least, &above) {
        (_, Some(above)) => Some(format!("more than {above}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, None) => None,
    };
    let to = match (&most, &below) {
        (_, Some(below)) => Some(format!("less than {below}")),
        (Some(most), None) => Some(format!("at most {most}")),
        (None, None) => None,
    };
    match (least, most, from, to) {
        (Some(least), Some(most), _, _) => format!(" from {least} to {most}"),
        (_, _, Some(from), Some(to)) => format!(", {from} and {to}"),
        (_, _, Some(one), None) | (_, _, None, Some(one)) => format!(", {one}"),
        (_, _, None, None) => String::new(),
    }
}

/// A number without `.0` at its end.
fn plain(number: &Value) -> String {
    match (number.as_i64(), number.as_f64()) {
        (None, Some(number)) => number.to_string(),
        _ => number.to_string(),
    }
}

fn list(schema: &Value) -> String {
    let items = schema.get("items").map(values).unwrap_or_default();
    match (schema.get("minItems"), schema.get("maxItems")) {
        (Some(least), Some(most)) if least == most => {
            format!("a list of {most} values, each {items}")
        }
        (_, Some(most)) => format!("a list of at most {most} elements, each {items}"),
        _ => format!("a list, each element {items}"),
    }
}

fn text(schema: &Value) -> String {
    let examples = schema.get("examples").and_then(Value::as_array);
    let examples: Vec<String> = (examples.into_iter().flatten())
        .map(Value::to_string)
        .collect();
    match examples.is_empty() {
        true => "text".into(),
        false => format!("text such as {}", examples.join(", ")),
    }
}

/// `text` with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}
