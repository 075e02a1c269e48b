use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::find::all;
use super::*;
use crate::augmentation::AugmentConfig;
use crate::experiment::{Experiment, TransferConfig};
use crate::models::{NetworkConfig, REGISTRY};

mod reader;
mod validation;

#[test]
fn the_page_of_the_guide_is_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/configuration.md");
    let page = fs::read_to_string(path).unwrap_or_default();
    assert!(
        page.replace("\r\n", "\n") == Reference::new().markdown(None),
        "docs/guide/configuration.md is out of date; renew it with\n\
         convlab reference --format markdown > docs/guide/configuration.md"
    );
}

/// The paths of all keys in `table`, without those of sections.
fn paths(table: &Table, above: &str, found: &mut BTreeSet<String>) {
    for (name, value) in table {
        let path = format!("{above}{name}");
        if let toml::Value::Table(inner) = value {
            paths(inner, &format!("{path}."), found);
        }
        found.insert(path);
    }
}

#[test]
fn every_key_that_a_run_writes_is_explained() {
    let reference = Reference::new();
    let known: BTreeSet<&str> = (all(&reference.sections).iter())
        .map(|found| found.key.path.as_str())
        .collect();
    for entry in REGISTRY {
        let name = Value::from(entry.name);
        let model: NetworkConfig =
            serde_json::from_value(serde_json::json!({ "name": name })).unwrap();
        let experiment = Experiment {
            model,
            transfer: Some(TransferConfig::default()),
            augment: Some(AugmentConfig::default()),
            ..Experiment::default()
        };
        let table: Table = experiment.to_toml().unwrap().parse().unwrap();
        let mut written = BTreeSet::new();
        paths(&table, "", &mut written);
        assert!(written.len() > 60, "{written:?}");
        let missing: Vec<&String> = (written.iter())
            .filter(|path| !known.contains(path.as_str()))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn every_key_has_a_meaning_in_sentences() {
    let reference = Reference::new();
    for Found { key, .. } in all(&reference.sections) {
        let meanings = key.choices.iter().map(|choice| &choice.meaning);
        for meaning in meanings.chain([&key.meaning]) {
            let is_rust = ["](", "[`", "::", "Option"];
            let rust = is_rust.iter().find(|rust| meaning.contains(*rust));
            assert_eq!(rust, None, "{}: {meaning}", key.path);
            assert!(!meaning.is_empty(), "{}", key.path);
        }
        assert!(key.meaning.ends_with('.'), "{}: {}", key.path, key.meaning);
        assert!(!key.values.is_empty(), "{}", key.path);
    }
}

#[test]
fn keys_stand_in_the_order_of_their_types_and_defaults_are_those_of_the_types() {
    let reference = Reference::new();
    let sections: Vec<&str> = reference.sections.iter().map(|key| &*key.path).collect();
    let expected = [
        "data",
        "preprocess",
        "model",
        "training",
        "transfer",
        "augment",
    ];
    assert_eq!(sections, expected);
    let training: Vec<&str> = (reference.sections[3].keys.iter())
        .map(|key| &*key.path)
        .take(3)
        .collect();
    let expected = [
        "training.epochs",
        "training.batch_size",
        "training.optimizer",
    ];
    assert_eq!(training, expected);
    for (path, default) in [
        ("training.epochs", "5"),
        ("training.epsilon", "1e-7"),
        ("training.momentum", "0.0"),
        ("training.optimizer", "\"adam\""),
        ("augment.zoom", "[1.0, 1.0]"),
        ("augment.erasing.area", "[0.02, 0.33]"),
        ("preprocess.steps.morphology.size", "3"),
        ("model.name", "\"two-conv\""),
    ] {
        let found = reference.find(path).unwrap();
        let default = WhenAbsent::Is(default.into());
        assert_eq!(found[0].key.when_absent, default, "{path}");
    }
    for (path, expected) in [
        ("data.path", WhenAbsent::NotSet),
        ("transfer", WhenAbsent::NotSet),
        ("training", WhenAbsent::Unsaid),
        ("training.stop.metric", WhenAbsent::Refused),
        ("model.layers", WhenAbsent::Refused),
        ("preprocess.steps.clahe", WhenAbsent::Unsaid),
    ] {
        assert_eq!(
            reference.find(path).unwrap()[0].key.when_absent,
            expected,
            "{path}"
        );
    }
}

#[test]
fn ranges_and_lists_are_in_words() {
    let reference = Reference::new();
    for (path, expected) in [
        ("training.epochs", "a whole number from 0 to 1000000"),
        ("training.momentum", "a number, at least 0 and less than 1"),
        ("training.learning_rate", "a number, more than 0"),
        ("transfer.group_rate", "a number, more than 0 and at most 1"),
        ("training.nesterov", "true or false"),
        (
            "augment.zoom",
            "a number, at least 0 and less than 0.9, or a list of 2 values, each a number from 0.1 to 10",
        ),
        ("preprocess.steps.equalize", "an empty table, {}"),
        ("model.sha256", "text"),
        ("training.stop", "a table"),
    ] {
        assert_eq!(
            reference.find(path).unwrap()[0].key.values,
            expected,
            "{path}"
        );
    }
}

#[test]
fn keys_are_found_as_people_write_them() {
    let reference = Reference::new();
    for (name, path) in [
        ("training", "training"),
        ("[augment]", "augment"),
        ("training.stop", "training.stop"),
        (
            "preprocess.steps[2].clahe.tiles",
            "preprocess.steps.clahe.tiles",
        ),
    ] {
        let found = reference.find(name).unwrap();
        assert_eq!((found.len(), &*found[0].key.path), (1, path));
    }
    let hidden = reference.find("model.hidden").unwrap();
    let titles: Vec<&str> = hidden
        .iter()
        .map(|found| &*found.kind.unwrap().title)
        .collect();
    assert_eq!(titles, ["dense", "two-conv"]);
    let text = reference.text(Some(&hidden));
    assert!(
        text.starts_with("[model] of dense:\n\nmodel.hidden = 128\n"),
        "{text}"
    );
    for (name, hint) in [
        ("trainig", "did you mean \"training\"?"),
        ("training.epoch", "did you mean \"training.epochs\"?"),
        ("tiles", "did you mean \"preprocess.steps.clahe.tiles\"?"),
        ("colour", "sections are data, preprocess, model"),
    ] {
        let error = reference.find(name).unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
}

#[test]
fn lines_for_a_terminal_are_short_enough_for_it() {
    let reference = Reference::new();
    let text = reference.text(None);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert_eq!(line, line.trim_end());
    }
    assert!(
        text.contains("\n\n[training]\nHow the weights are found"),
        "{text}"
    );
    let stop = reference.find("training.stop").unwrap();
    let text = reference.text(Some(&stop));
    assert!(
        text.starts_with("training.stop (not set)\n    Stop once"),
        "{text}"
    );
    assert!(text.contains("\ntraining.stop.below (not set)\n"), "{text}");
    assert!(!text.contains("training.patience"), "{text}");
}
