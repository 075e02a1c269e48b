use std::fs;
use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Experiment, ConfigError> {
    text.parse()
}

fn message(text: &str) -> String {
    parse(text)
        .map(|_| String::new())
        .unwrap_or_else(|error| error.to_string())
}

fn overridden(overrides: &[&str]) -> Result<Experiment, ConfigError> {
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    load(None, &overrides)
}

#[test]
fn every_configuration_in_the_repository_loads_and_its_network_fits() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let experiment = from_file(&path).unwrap_or_else(|error| panic!("{error}"));
        let shape = match experiment.data.dataset.as_str() {
            "folder" => {
                crate::data::ImageShape::new(3, experiment.data.height, experiment.data.width)
            }
            _ => crate::data::ImageShape::new(1, 28, 28),
        };
        let device = crate::backend::open(crate::backend::DeviceChoice::cpu())
            .unwrap()
            .device;
        let network = experiment
            .model
            .build(shape, 10, Initialization::default(), 0, &device);
        network.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 32, "{} has {lines} lines", path.display());
        files += 1;
    }
    assert!(files >= 8, "only {files} configurations");
}

#[test]
fn what_is_written_out_reads_back_the_same() {
    let experiment = overridden(&[
        "training.stop={ metric = \"train_loss\", below = 0.29 }",
        "training.class_weights=balanced",
        "data.train_images=500",
        "model.name=two-conv",
        "model.dropout=0.25",
    ])
    .unwrap();
    assert_eq!(parse(&experiment.to_toml().unwrap()).unwrap(), experiment);
}

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
fn mistakes_are_named_with_line_key_and_a_suggestion() {
    for (text, expected) in [
        (
            "[training]\nepoch = 3",
            [":2", "training.epoch", "did you mean \"epochs\""],
        ),
        (
            "[trainig]\nepochs = 3",
            [":1", "trainig", "did you mean \"training\""],
        ),
        (
            "[training]\nepochs = \"many\"",
            [":2", "training.epochs", "invalid type"],
        ),
        (
            "[training]\n\nepochs = 0",
            [":3", "training.epochs", "received 0"],
        ),
        (
            "[training]\noptimizer = \"adm\"",
            [":2", "training.optimizer", "did you mean \"adam\""],
        ),
        (
            "[training]\nlearning_rate = -1.0",
            [":2", "learning_rate", "positive"],
        ),
        (
            "[data]\nvalid_fraction = 1.5",
            [":2", "valid_fraction", "less than 1"],
        ),
        (
            "[model]\nname = \"lenet\"",
            [":2", "model.name", "did you mean \"lenet5\""],
        ),
        (
            "[model]\nname = \"two-conv\"\nconv_chanels = [1, 2]",
            [":3", "model.conv_chanels", "did you mean \"conv_channels\""],
        ),
        (
            "[model]\nname = \"lenet5\"\npooling = \"mean\"",
            [":3", "model", "average"],
        ),
        ("[training]\nepochs = = 3", [":2", "", ""]),
        (
            "[data]\ndataset = \"folder\"",
            ["data.path", "path = \"photos\"", ""],
        ),
        (
            "[training]\nstop = { metric = \"train_loss\" }",
            [":2", "training.stop", "below"],
        ),
        (
            "[training]\nlabel_smoothing = 0.1\nloss = \"mse\"",
            [":2", "label_smoothing", ""],
        ),
    ] {
        let message = message(text);
        for part in expected {
            assert!(
                message.contains(part),
                "{text:?} gives {message:?} without {part:?}"
            );
        }
    }
}

#[test]
fn a_mistaken_override_is_quoted() {
    for (text, expected) in [
        ("training.epochs=0", "override \"training.epochs=0\""),
        ("training.epoch=3", "did you mean \"epochs\""),
        ("epochs=3", "expected section.key=value"),
        ("training.epochs", "expected section.key=value"),
        ("model.name=resnet", "expected one of dense"),
        ("training.epochs=ten", "invalid type"),
    ] {
        let error = overridden(&[text]).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
