//! What holds for every operation of the registry, from its example alone.

use image::{Rgb, RgbImage};
use serde_json::Value;

use super::*;

/// The name of every operation with its example, as JSON.
fn examples() -> Vec<(&'static str, Value)> {
    let json = |name: &&'static str| {
        let example = Operation::example(name).unwrap();
        let table: toml::Table = toml::from_str(&format!("settings = {example}")).unwrap();
        (*name, serde_json::to_value(&table["settings"]).unwrap())
    };
    OPERATIONS.iter().map(json).collect()
}

/// One step without `from` and `keep`.
fn step(name: &str, settings: &Value) -> Value {
    serde_json::json!({ name: settings })
}

/// # Errors
/// The key that was refused, then why.
fn read(step: Value) -> Result<Pipeline, String> {
    let steps: Vec<Step> = serde_path_to_error::deserialize(Value::from(vec![step]))
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))?;
    Pipeline::new(steps).map_err(|error| error.to_string())
}

/// Every example with one of its values replaced by each that is out of range: the operation, the
/// key of the value (empty where the example is a single one), and the settings.
fn out_of_range() -> Vec<(&'static str, String, Value)> {
    let wrong = |value: &Value| match value {
        Value::Number(_) => vec![
            Value::from(-10_000_000_000i64),
            Value::from(10_000_000_000i64),
        ],
        Value::String(_) => vec![Value::from("no such value")],
        other => panic!("{other} has no values out of range"),
    };
    let mut all = Vec::new();
    for (name, example) in examples() {
        match &example {
            Value::Object(settings) => {
                for (key, value) in settings {
                    for value in wrong(value) {
                        let mut settings = example.clone();
                        settings[key] = value;
                        all.push((name, key.clone(), settings));
                    }
                }
            }
            value => all.extend(wrong(value).into_iter().map(|v| (name, String::new(), v))),
        }
    }
    all
}

#[test]
fn every_example_is_read_and_written_as_it_was() {
    for (name, example) in examples() {
        let pipeline = read(step(name, &example)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(pipeline.steps()[0].operation.name(), name);
        let written = serde_json::to_value(&pipeline).unwrap();
        for (key, value) in example.as_object().into_iter().flatten() {
            let same = match (&written[0][name][key], value) {
                (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
                (one, other) => one == other,
            };
            assert!(same, "{name}.{key}: {written}");
        }
        let again: Pipeline = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(again, pipeline, "{written}");
    }
}

#[test]
fn a_name_alone_is_a_step_with_defaults_or_refused_with_the_example() {
    for (name, _) in examples() {
        match serde_json::from_value::<Pipeline>(Value::from(vec![name])) {
            Ok(pipeline) => assert_eq!(pipeline.steps()[0].operation.name(), name),
            Err(error) => {
                let example = Operation::example(name).unwrap();
                let expected = format!("needs settings, e.g. {{ {name} = {example} }}");
                assert!(error.to_string().contains(&expected), "{error}");
            }
        }
    }
}

#[test]
fn a_value_out_of_range_is_refused_with_its_key() {
    for (name, key, settings) in out_of_range() {
        let error = read(step(name, &settings)).unwrap_err();
        let path = error.split(':').next().unwrap();
        let expected = if key.is_empty() { name } else { &key };
        assert!(path.ends_with(expected), "{name} = {settings}: {error}");
    }
}

#[test]
fn an_unknown_setting_is_refused_by_name() {
    for (name, mut settings) in examples() {
        if let Some(settings) = settings.as_object_mut() {
            settings.insert("no_such_setting".into(), Value::Null);
            let error = read(step(name, &Value::Object(settings.clone()))).unwrap_err();
            assert!(error.contains("unknown field `no_such_setting`"), "{error}");
        }
    }
}

#[test]
fn every_example_runs_on_grey_and_coloured_pictures_and_always_gives_the_same() {
    let grey = GrayImage::from_fn(20, 15, |x, y| [(x * 12 + y) as u8].into());
    let color = RgbImage::from_fn(20, 15, |x, y| Rgb([200 - y as u8, (x * 9) as u8, 30]));
    for (name, example) in examples() {
        let pipeline = read(step(name, &example)).unwrap();
        for picture in [Picture::Grey(grey.clone()), Picture::Rgb(color.clone())] {
            let mut labels = Vec::new();
            let result = pipeline.run_watched(picture.clone(), &mut |label, _| {
                labels.push(label.to_owned());
            });
            assert_eq!(labels, ["original", name]);
            let (width, height) = result.dimensions();
            assert!(width > 0 && height > 0, "{name}");
            assert_eq!(pipeline.run(picture), result, "{name}");
        }
    }
}
