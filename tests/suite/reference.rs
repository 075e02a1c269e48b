//! `convlab reference` explains every key of a configuration.

use super::*;

#[test]
fn all_sections_are_explained_or_one_or_a_key() {
    let place = Workplace::new();
    let all = place.succeed(&["reference"]);
    for section in [
        "data",
        "preprocess",
        "model",
        "training",
        "transfer",
        "augment",
    ] {
        assert!(
            all.contains(&format!("\n[{section}]")),
            "no {section} in:\n{all}"
        );
    }
    let training = place.succeed(&["reference", "training"]);
    assert!(training.starts_with("[training]\n"), "{training}");
    assert!(all.contains(&training), "{training}");
    assert!(training.contains("training.epochs = 5\n"), "{training}");
    assert!(!training.contains("augment.rotation"), "{training}");
    let stop = place.succeed(&["reference", "training.stop"]);
    assert!(stop.starts_with("training.stop (not set)\n"), "{stop}");
    assert!(stop.contains("\"valid_loss\""), "{stop}");
    assert!(!stop.contains("training.patience"), "{stop}");
    // As errors write it.
    let tiles = place.succeed(&["reference", "preprocess.steps[0].clahe.tiles"]);
    assert!(
        tiles.starts_with("preprocess.steps.clahe.tiles = 8\n"),
        "{tiles}"
    );
}

#[test]
fn names_that_do_not_exist_come_with_one_that_does() {
    let place = Workplace::new();
    for (name, hint) in [
        ("trainig", "did you mean \"training\"?"),
        ("training.epoch", "did you mean \"training.epochs\"?"),
        ("epochs", "did you mean \"training.epochs\"?"),
        (
            "colours",
            "sections are data, preprocess, model, training, transfer, augment",
        ),
    ] {
        let errors = place.refuse(&["reference", name]);
        assert!(errors.contains(hint), "{errors}");
    }
    let errors = place.refuse(&["reference", "training", "--format", "json-schema"]);
    assert!(errors.contains("leave out training"), "{errors}");
}

#[test]
fn the_page_of_the_guide_is_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/configuration.md");
    let page = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let place = Workplace::new();
    let printed = place.succeed(&["reference", "--format", "markdown"]);
    assert!(
        page == printed,
        "renew it: convlab reference --format markdown > docs/guide/configuration.md"
    );
    let part = place.succeed(&["reference", "augment", "--format", "markdown"]);
    assert!(page.contains(&part), "{part}");
}

#[test]
fn the_schema_has_every_key_that_a_run_writes() {
    fn assert_known(written: &toml::Table, schema: &Value, path: &str) {
        for (name, value) in written {
            let path = format!("{path}.{name}");
            let kinds = schema["oneOf"].as_array().into_iter().flatten();
            let mut places = kinds.chain([schema]);
            let found = places.find_map(|place| place["properties"].get(name));
            let found = found.unwrap_or_else(|| panic!("{path} is not in the schema"));
            if let toml::Value::Table(inner) = value {
                assert_known(inner, found, &path);
            }
        }
    }
    let place = Workplace::new();
    let schema = place.succeed(&["reference", "--format", "json-schema"]);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let settings = ["augment.rotation=5", "training.patience=3"];
    let run = place.train("run", &[QUICK, &settings].concat());
    let config = fs::read_to_string(run.join("config.toml")).unwrap();
    let config: toml::Table = config.parse().unwrap();
    assert!(config.len() >= 4, "{config}");
    assert_known(&config, &schema, "");
}
