use std::fs;
use std::path::Path;

use super::*;
use crate::models::Initialization;
use crate::pixels::Resize;

mod augment;
mod mistakes;
mod precedence;
mod steps;

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

/// The message for `text` as the file `my.toml`, changed by `overrides`.
fn refused(text: &str, overrides: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    fs::write(&path, text).unwrap();
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    match load(Some(&path), &overrides) {
        Ok(experiment) => panic!("{text:?} with {overrides:?} gives {experiment:?}"),
        Err(error) => error.to_string().replace(path.to_str().unwrap(), "my.toml"),
    }
}

fn assert_refused(text: &str, overrides: &[&str], parts: &[&str]) {
    let message = refused(text, overrides);
    for part in parts {
        assert!(
            message.contains(part),
            "{text:?} with {overrides:?} gives {message:?} without {part:?}"
        );
    }
}

fn accepted(text: &str, overrides: &[&str]) -> Experiment {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    fs::write(&path, text).unwrap();
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    load(Some(&path), &overrides).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_configuration_in_the_repository_loads_and_its_network_fits() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let experiment = from_file(&path).unwrap_or_else(|error| panic!("{error}"));
        let shape = match experiment.data.has_photographs() {
            true => {
                crate::pixels::ImageShape::new(3, experiment.data.height, experiment.data.width)
            }
            false => crate::pixels::ImageShape::new(1, 28, 28),
        };
        let device = crate::device::open(crate::device::DeviceChoice::cpu(), &())
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
fn a_relative_folder_of_images_becomes_absolute() {
    let file = "[data]\ndataset = \"folder\"\npath = \"photos\"";
    for experiment in [accepted(file, &[]), accepted(file, &["data.path=photos"])] {
        let expected = std::env::current_dir().unwrap().join("photos");
        assert_eq!(experiment.data.path, Some(expected));
    }
}
