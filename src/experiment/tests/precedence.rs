//! What wins, and who is blamed.

use toml::{Table, Value};

use super::*;

#[test]
fn overrides_win_over_the_file_and_the_file_over_the_defaults() {
    let experiment = overridden(&["training.epochs=10", "training.optimizer=sgd"]).unwrap();
    assert_eq!(experiment.training.epochs, 10);
    assert_eq!(experiment.training.optimizer, OptimizerKind::Sgd);
    assert_eq!(experiment.training.learning_rate, 2e-3);
    assert_eq!(experiment.training.batch_size, 32);
}

#[test]
fn a_preset_lies_beneath_the_keys_given() {
    let text = "[model]\nname = \"two-conv\"\npreset = \"32-64-same\"\nconv_channels = [8, 8]";
    let toml = parse(text).unwrap().to_toml().unwrap();
    assert!(
        toml.contains("padding = \"same\"") && toml.contains("8"),
        "{toml}"
    );
    assert!(!toml.contains("preset"), "{toml}");
    let text = "[model]\nname = \"two-conv\"\npreset = \"huge\"";
    let message = message(text);
    assert!(
        message.contains("64-64-valid") && message.contains(":3"),
        "{message}"
    );
}

#[test]
fn a_mistaken_override_is_quoted() {
    for (text, expected) in [
        (
            "training.batch_size=0",
            "override \"training.batch_size=0\"",
        ),
        ("training.epoch=3", "did you mean \"epochs\""),
        ("epochs=3", "expected section.key=value"),
        ("training.epochs", "expected section.key=value"),
        ("model.name=resnet", "expected one of dense"),
        (
            "training.epochs=ten",
            "expected a whole number, received \"ten\"",
        ),
    ] {
        let error = overridden(&[text]).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

fn two_conv(experiment: &Experiment) -> Table {
    let text = experiment.to_toml().unwrap();
    let mut table: Table = text.parse().unwrap();
    match table.remove("model") {
        Some(Value::Table(model)) => model,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_preset_override_wins_over_the_keys_of_the_file_and_yields_to_other_overrides() {
    let file = "[model]\nname = \"two-conv\"\npreset = \"64-64-valid\"\n\
                conv_channels = [8, 8]\npadding = \"valid\"\nhidden = 50";
    let model = two_conv(&accepted(file, &["model.preset=32-64-same"]));
    assert_eq!(model["conv_channels"], vec![32, 64].into());
    assert_eq!(model["padding"], "same".into());
    assert_eq!(model["hidden"], 50.into());
    for order in [[0, 1], [1, 0]] {
        let both = ["model.preset=32-64-same", "model.conv_channels=[4, 5]"];
        let model = two_conv(&accepted(file, &order.map(|index| both[index])));
        assert_eq!(model["conv_channels"], vec![4, 5].into());
        assert_eq!(model["padding"], "same".into());
    }
}

#[test]
fn the_order_of_overrides_of_different_keys_does_not_matter() {
    let both = ["model.hidden=64", "model.name=dense"];
    let one = overridden(&both).unwrap();
    assert_eq!(one, overridden(&[both[1], both[0]]).unwrap());
    assert_eq!(two_conv(&one)["hidden"], 64.into());
    let last = overridden(&["training.epochs=2", "training.epochs=3"]).unwrap();
    assert_eq!(last.training.epochs, 3);
    // Only together do these two make sense.
    overridden(&["data.path=photos", "data.dataset=folder"]).unwrap();
}

#[test]
fn the_settings_of_a_network_without_a_name_go_to_the_one_named_later() {
    let model = two_conv(&accepted("[model]\nhidden = 7", &["model.name=dense"]));
    assert_eq!(model["hidden"], 7.into());
    assert_refused(
        "[model]\nhidden = 7",
        &[],
        &["my.toml:1", "model.name: name the network"],
    );
    assert_refused(
        "[data]",
        &["model.hidden=7"],
        &["override \"model.hidden=7\"", "model.name"],
    );
}

#[test]
fn mistakes_between_keys_are_attributed_to_the_override_that_set_one_of_them() {
    let folder = "[data]\ndataset = \"folder\"\npath = \"photos\"";
    let sgd = "[training]\noptimizer = \"sgd\"\nmomentum = 0.9";
    let none = "[data]\nvalid_fraction = 0.0";
    for (text, overrides, expected) in [
        (
            folder,
            &["data.valid_fraction=0.9"][..],
            ["override \"data.valid_fraction=0.9\"", "0.9 + 0.2"],
        ),
        (
            "",
            &["training.epochs=3", "data.dataset=folder"],
            ["override \"data.dataset=folder\"", "data.path"],
        ),
        (
            folder,
            &["data.dataset=pets"],
            ["override \"data.dataset=pets\"", "data.path"],
        ),
        (
            sgd,
            &["training.optimizer=adam"],
            ["override \"training.optimizer=adam\"", "training.momentum"],
        ),
        (
            none,
            &["training.stop={ metric = \"valid_loss\", below = 0.3 }"],
            ["override \"training.stop=", "needs validation images"],
        ),
        (
            "[data]\ndataset = \"folder\"",
            &["training.epochs=3"],
            ["my.toml:2: data.path", "photos"],
        ),
        (
            "[data]\ndataset = \"folder\"\npath = \"\"",
            &[],
            ["my.toml:3: data.path", "needs the folder"],
        ),
    ] {
        assert_refused(text, overrides, &expected);
    }
    // Drawn data brings test images: nothing is cut off for the test.
    accepted("", &["data.valid_fraction=0.999"]);
}

#[test]
fn a_configuration_after_an_override_is_told_to_come_first() {
    for text in [
        "cfg.toml",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"),
    ] {
        let error = overridden(&["training.epochs=1", text])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("it comes first") && error.contains(text),
            "{error}"
        );
    }
}
