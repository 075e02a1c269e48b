//! A kind of layer that is registered is tested.

use std::collections::HashSet;

use burn::tensor::{Distribution, Tensor};

use super::super::init::LayerBuilder;
use super::super::layers::PARSERS;
use super::*;

/// A network with the layer `line`, for images of 2x8x8.
fn network_with(line: &str, seed: u64, device: &Device) -> Network {
    let input = ImageShape::new(2, 8, 8);
    let needs_vectors = super::super::list::parse(line).is_ok_and(|layer| layer.takes_vectors);
    let before = if needs_vectors { "\"flatten\"," } else { "" };
    let lines = format!("[{before} \"{line}\", \"flatten\", \"dense classes\"]");
    let config = config(&format!("name = \"sequential\"\nlayers = {lines}"));
    (config.build(input, 10, Initialization::default(), seed, device)).unwrap()
}

#[test]
fn every_kind_of_layer_does_what_its_example_says() {
    let device = device();
    for kind in PARSERS {
        for name in kind.names {
            // Kinds with several names are written by their names alone.
            let line = match kind.example.starts_with(name) {
                true => kind.example,
                false => name,
            };
            let network = network_with(line, 7, &device);
            let layers = network.layers();
            assert!(
                layers.iter().any(|(_, layer)| layer.kind() == *name),
                "{line}"
            );
            let images = Tensor::random([3, 2, 8, 8], Distribution::Default, &device);
            let mut features = Features::Maps(images.clone());
            for (name, layer) in &layers {
                let said = layer.output_shape(features.shape()).unwrap();
                features = layer.forward(features);
                assert_eq!(features.shape(), said, "{line}: {name}");
            }
            let bytes = network.to_safetensors().unwrap();
            let fresh = network_with(line, 99, &device);
            let again = reread(fresh, &bytes).unwrap();
            assert_eq!(again.to_safetensors().unwrap(), bytes, "{line}");
            let [before, after] = [&network, &again].map(|it| values(it.forward(images.clone())));
            assert_eq!(before, after, "{line}");
        }
    }
}

#[test]
fn names_of_layers_are_unique() {
    let names: Vec<&str> = PARSERS
        .iter()
        .flat_map(|kind| kind.names)
        .copied()
        .collect();
    let unique: HashSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[test]
fn a_layer_alone_gives_what_it_gives_among_others() {
    let text = r#"name = "sequential"
layers = ["conv 8 3x3 same", "batch-norm", "relu", "max-pool 2x2", "conv 8 3x3 stride 2 same tanh",
    "avg-pool 3x3 stride 1", "flatten", "dense 16 relu", "dense classes"]"#;
    let device = device();
    let network = build(&config(text), GREY, &device);
    let images = Tensor::random([3, 1, 28, 28], Distribution::Default, &device);
    let mut features = Features::Maps(images.clone());
    for (_, layer) in network.layers() {
        features = layer.forward(features);
    }
    let alone = values(features.into_vector());
    let among = values(network.forward(images));
    // Rounding differs where batch norm is part of the convolution.
    let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-4;
    assert!(alone.iter().zip(&among).all(near), "{alone:?} {among:?}");
}

#[test]
fn initial_weights_have_the_spread_their_method_asks_for() {
    let device = device();
    let spread = |initialization| {
        let mut layers = LayerBuilder::new(3, initialization, &device);
        let weights: Vec<f32> = layers
            .dense(500, 300)
            .unwrap()
            .weight
            .to_data()
            .iter()
            .collect();
        let mean_square = weights.iter().map(|w| w * w).sum::<f32>() / weights.len() as f32;
        (
            mean_square.sqrt(),
            weights.into_iter().fold(0f32, |most, w| most.max(w.abs())),
        )
    };
    let near = |a: f32, b: f32| (a - b).abs() < 0.01 * b;
    let (glorot, most) = spread(Initialization::GlorotUniform);
    assert!(near(glorot, (2.0f32 / 800.0).sqrt()) && most <= (6.0f32 / 800.0).sqrt());
    let (he, most) = spread(Initialization::HeUniform);
    assert!(near(he, (2.0f32 / 500.0).sqrt()) && most <= (6.0f32 / 500.0).sqrt());
    let (normal, most) = spread(Initialization::HeNormal);
    assert!(near(normal, (2.0f32 / 500.0).sqrt()) && most > (6.0f32 / 500.0).sqrt());
}

#[test]
fn sequential_builds_every_kind_of_layer() {
    let text = r#"name = "sequential"
layers = ["conv 8 3x3 same", "batch-norm", "relu", "max-pool 2x2", "conv 8 3x3 groups 8 stride 2 same",
    "conv 12 1x1 tanh", "conv 12 3x3 dilation 2 padding 2", "avg-pool 2x2", "dropout 0.2",
    "global-avg-pool", "dense 16 relu", "dense classes"]"#;
    let device = device();
    let network = build(&config(text), GREY, &device);
    let names: Vec<&str> = network.layers().iter().map(|(name, _)| *name).collect();
    assert_eq!(names[..3], ["conv1", "batch-norm1", "relu1"]);
    let images = Tensor::random([3, 1, 28, 28], Distribution::Default, &device);
    let mut features = Features::Maps(images);
    let mut shape = FeatureShape::from(GREY);
    for (name, layer) in network.layers() {
        features = layer.forward(features);
        shape = layer.output_shape(shape).unwrap();
        assert_eq!(shape, features.shape(), "{name}");
    }
}
