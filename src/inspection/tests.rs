use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use serde_json::Value;

use super::activations::layer_activations;
use super::*;
use crate::data::sources::MemoryStore;
use crate::data::{Normalization, Split};
use crate::device;
use crate::device::DeviceChoice;
use crate::experiment::{self, Experiment};
use crate::models::{FeatureShape, Initialization, Network, REGISTRY};
use crate::pixels::ImageShape;
use crate::reference;
use crate::run::open_dataset;

fn device() -> Device {
    device::open(DeviceChoice::cpu(), &()).unwrap().device
}

fn experiment(settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|text| text.to_string()).collect();
    experiment::load(None, &settings).unwrap()
}

fn network(experiment: &Experiment, input: ImageShape) -> Network {
    let build = Initialization::default();
    experiment
        .model
        .build(input, 10, build, 3, &device())
        .unwrap()
}

#[test]
fn every_layer_gives_what_it_gives_in_pytorch() {
    let fixture = include_str!("../../tests/fixtures/explanations.json");
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    for device in reference::devices() {
        for (name, case) in fixture["networks"].as_object().unwrap() {
            let network = reference::network(&case["model"], &device, &case["parameters"]);
            let image = Tensor::<1>::from_floats(reference::image(3).as_slice(), &device);
            let outputs = layer_activations(&network, image.reshape([1, 1, 28, 28])).unwrap();
            let layers = case["layers"].as_array().unwrap();
            assert_eq!(outputs.len(), layers.len(), "{name}");
            for (output, expected) in outputs.iter().zip(layers) {
                let what = format!("{} of {name} on {device:?}", output.layer);
                assert_eq!(output.layer, expected["name"].as_str().unwrap(), "{what}");
                assert_eq!(
                    serde_json::to_value(output.shape).unwrap(),
                    expected["shape"]
                );
                let sample: Vec<f64> = serde_json::from_value(expected["sample"].clone()).unwrap();
                let step = (output.values.len() / 40).max(1);
                let values: Vec<f64> = output
                    .values
                    .iter()
                    .map(|&value| f64::from(value))
                    .collect();
                let most = values
                    .iter()
                    .fold(1e-6f64, |most, value| most.max(value.abs()));
                let seen: Vec<f64> = values.iter().copied().step_by(step).collect();
                assert_eq!(seen.len(), sample.len(), "{what}");
                for (seen, expected) in seen.iter().zip(&sample) {
                    assert!(
                        (seen - expected).abs() <= 1e-3 * most,
                        "{what}: {seen}, {expected}"
                    );
                }
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let expected = expected["mean"].as_f64().unwrap();
                assert!(
                    (mean - expected).abs() <= 1e-3 * most,
                    "{what}: {mean}, {expected}"
                );
            }
        }
    }
}

fn image(input: ImageShape) -> NamedImage {
    NamedImage {
        name: "stripes".into(),
        pixels: (0..input.len()).map(|at| (at * 37 % 251) as u8).collect(),
    }
}

#[test]
fn every_network_shows_every_layer_and_ends_with_its_logits() {
    let entries = REGISTRY.iter().filter(|entry| entry.architecture.is_none());
    for (entry, channels) in entries.flat_map(|entry| [(entry, 1), (entry, 3)]) {
        let mut settings = vec![format!("model.name={}", entry.name)];
        if entry.name == "sequential" {
            settings.push(format!("model.layers={}", crate::models::EXAMPLE_LAYERS));
        }
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let experiment = experiment(&settings);
        let input = ImageShape::new(channels, 28, 28);
        let network = network(&experiment, input);
        let unit = Normalization::unit(channels);
        let activations =
            Activations::new(&network, image(input), input, &unit, &device()).unwrap();
        assert_eq!(activations.layers.len(), network.layers().len());
        for output in &activations.layers {
            assert_eq!(output.values.len(), output.shape.len(), "{}", output.layer);
        }
        let pixels = image(input).pixels.into_iter();
        let values: Vec<f32> = pixels.map(|pixel| f32::from(pixel) / 255.0).collect();
        let tensor = Tensor::<1>::from_floats(values.as_slice(), &device());
        let logits = network.forward(tensor.reshape([1, channels, 28, 28]));
        let last = &activations.layers.last().unwrap().values;
        for (seen, expected) in last.iter().zip(logits.into_data().iter::<f32>()) {
            assert!(
                (seen - expected).abs() < 1e-4,
                "{}: {seen}, {expected}",
                entry.name
            );
        }
        let picture = compare_images(&[activations.clone(), activations.clone()], 1);
        assert!(picture.width() > 2 * 168, "{}", entry.name);
        assert!(picture.height() as usize > 24 * activations.layers.len());
        let maps = activations.layers.iter().filter(
            |output| matches!(output.shape, FeatureShape::Maps([channels, ..]) if channels > 1),
        );
        assert_eq!(all_filters(&activations).len(), maps.count());
    }
}

#[test]
fn dead_filters_are_named() {
    let experiment = experiment(&["model.name=two-conv", "data.test_images=40"]);
    let dataset = open_dataset(&experiment, None, &()).unwrap();
    let network = network(&experiment, dataset.shape);
    let statistics = activation_statistics(&network, &dataset.test, 30, &device()).unwrap();
    assert_eq!(statistics.len(), network.layers().len());
    assert!(statistics[0].dead.is_empty(), "{:?}", statistics[0].dead);
    let zeros = |layer: &str| {
        statistics
            .iter()
            .find(|row| row.layer == layer)
            .unwrap()
            .zeros
    };
    assert!(zeros("relu1") > zeros("conv1") + 0.1);
    // Without padding all positions of a black image look the same to the first convolution.
    let shape = dataset.shape;
    let black = MemoryStore::new("black", shape, vec![0; 3 * shape.len()], vec![0; 3]);
    let statistics =
        activation_statistics(&network, &Split::whole(Arc::new(black)), 3, &device()).unwrap();
    assert_eq!(statistics[0].dead, (0..64).collect::<Vec<_>>());
    assert_eq!(statistics[0].deviation, 0.0);
}

#[test]
fn top_activations_come_from_the_images_with_the_largest_ones() {
    let experiment = experiment(&["model.name=two-conv", "data.test_images=40"]);
    let dataset = open_dataset(&experiment, None, &()).unwrap();
    let network = network(&experiment, dataset.shape);
    assert!(first_kernels(&network, true).unwrap().is_some());
    let found = top_activations(&network, &dataset.test, 40, &device()).unwrap();
    let names: Vec<&str> = found.iter().map(|found| found.layer.as_str()).collect();
    assert_eq!(names, ["conv2"]);
    // Each image by itself, through all layers.
    let largest: Vec<f32> = (0..40)
        .map(|index| {
            let mut pixels = vec![0; dataset.shape.len()];
            dataset.test.read(index, &mut pixels).unwrap();
            let image = NamedImage {
                name: String::new(),
                pixels,
            };
            let normalization = dataset.test.normalization();
            let activations =
                Activations::new(&network, image, dataset.shape, normalization, &device()).unwrap();
            let conv2 = (activations.layers.iter())
                .find(|output| output.layer == "conv2")
                .unwrap();
            let filter = &conv2.values[3 * 121..4 * 121];
            filter.iter().copied().fold(f32::NEG_INFINITY, f32::max)
        })
        .collect();
    let images = &found[0].filters[3];
    assert_eq!(images.len(), 6);
    for &(activation, index) in images {
        assert!((activation - largest[index]).abs() < 1e-4);
        let stronger = largest
            .iter()
            .filter(|&&other| other > activation + 1e-4)
            .count();
        assert!(stronger < 6, "{stronger} images are stronger");
    }
    assert!(images.is_sorted_by(|a, b| a.0 >= b.0));
    assert!(found[0].picture(&dataset.test).unwrap().width() > 6 * 56);
}

#[test]
fn a_network_without_convolutions_has_no_filters() {
    let experiment = experiment(&["model.name=dense", "data.test_images=40"]);
    let dataset = open_dataset(&experiment, None, &()).unwrap();
    let network = network(&experiment, dataset.shape);
    assert!(first_kernels(&network, true).unwrap().is_none());
    assert!(
        top_activations(&network, &dataset.test, 40, &device())
            .unwrap()
            .is_empty()
    );
}
