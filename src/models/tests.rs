//! Tests that run over the registry: a network that is registered is tested.

use std::io::Write;

use burn::tensor::{Device, Distribution, Tensor};

use super::*;
use crate::device;
use crate::device::DeviceChoice;

const GREY: ImageShape = ImageShape::new(1, 28, 28);

fn device() -> Device {
    device::open(DeviceChoice::cpu(), &()).unwrap().device
}

fn config(text: &str) -> NetworkConfig {
    toml::from_str(text).unwrap()
}

/// Every registered network with its defaults and with each preset.
fn registered() -> Vec<(String, NetworkConfig)> {
    let mut networks = Vec::new();
    // Those that are published with weights have tests of their own.
    for entry in REGISTRY.iter().filter(|entry| entry.architecture.is_none()) {
        let layers = match entry.name {
            "sequential" => format!("layers = {EXAMPLE_LAYERS}\n"),
            _ => String::new(),
        };
        let text = format!("name = \"{}\"\n{layers}", entry.name);
        networks.push((entry.name.to_string(), config(&text)));
        for (preset, settings) in entry.presets {
            let network = config(&format!("{text}{settings}"));
            networks.push((format!("{} {preset}", entry.name), network));
        }
    }
    networks
}

fn build(config: &NetworkConfig, input: ImageShape, device: &Device) -> Network {
    let initialization = Initialization::default();
    config.build(input, 10, initialization, 7, device).unwrap()
}

/// `network` with the weights of a file that holds `bytes`.
fn reread(network: Network, bytes: &[u8]) -> Result<Network, WeightsError> {
    let mut file = tempfile::Builder::new()
        .suffix("model.safetensors")
        .tempfile()
        .unwrap();
    file.write_all(bytes).unwrap();
    network.with_weights_of_run(file.path())
}

fn values(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}

#[test]
fn every_network_gives_one_score_per_class_and_a_gradient_for_every_parameter() {
    let device = device().autodiff();
    for (name, config) in registered() {
        for input in [GREY, ImageShape::new(3, 32, 40)] {
            let network = build(&config, input, &device);
            let dims = [2, input.channels, input.height, input.width];
            let images = Tensor::random(dims, Distribution::Uniform(0.0, 1.0), &device);
            let scores = network.forward(images);
            assert_eq!(scores.dims(), [2, 10], "{name}");
            let loss = scores.powi_scalar(2).sum();
            let gradients = burn::optim::GradientsParams::from_grads(loss.backward(), &network);
            let tensors = network.clone().into_record().len();
            assert_eq!(gradients.len(), tensors, "{name} on {input}");
        }
    }
}

#[test]
fn the_summary_counts_what_the_modules_hold() {
    let device = device();
    for (name, config) in registered() {
        let network = build(&config, GREY, &device);
        let summary = Summary::new(&name, &network, GREY);
        // No registered default has batch norm, whose running statistics Burn counts too.
        assert_eq!(summary.parameters, network.num_params(), "{name}");
        assert_eq!(
            summary.layers.last().map(|row| row.output_shape),
            Some(FeatureShape::Vector([10])),
            "{name}"
        );
    }
}

#[test]
fn parameters_and_multiply_adds_are_those_of_the_literature() {
    let device = device();
    let count = |text: &str| {
        let network = build(&config(text), GREY, &device);
        let summary = Summary::new("", &network, GREY);
        (summary.parameters, summary.multiply_adds)
    };
    assert_eq!(count("name = \"dense\""), (101_770, 101_632));
    assert_eq!(count("name = \"lenet5\""), (61_706, 416_520));
    assert_eq!(count("name = \"two-conv\"").0, 243_786);
    let same = "name = \"two-conv\"\nconv_channels = [32, 64]\npadding = \"same\"";
    assert_eq!(count(same).0, 421_642);
    // Two more values per channel for each batch norm; running statistics do not count.
    assert_eq!(
        count(&format!("{same}\nbatch_norm = true")).0,
        421_642 + 2 * (32 + 64)
    );
}

#[test]
fn the_receptive_field_grows_as_computed_by_hand() {
    let network = build(&config("name = \"two-conv\""), GREY, &device());
    let summary = Summary::new("", &network, GREY);
    let field = |name: &str| {
        let row = summary.layers.iter().find(|row| row.layer == name).unwrap();
        row.receptive_field[0]
    };
    assert_eq!(
        ["conv1", "pool1", "conv2", "pool2", "dense1"].map(field),
        [3, 4, 8, 10, 28]
    );
}

#[test]
fn one_seed_gives_the_same_weights_and_another_seed_others() {
    let device = device();
    for (name, config) in registered() {
        let weights = |seed| {
            let network = config.build(GREY, 10, Initialization::default(), seed, &device);
            network.unwrap().to_safetensors().unwrap()
        };
        assert_eq!(weights(1), weights(1), "{name}");
        assert_ne!(weights(1), weights(2), "{name}");
    }
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
fn weights_survive_being_written_and_read() {
    let device = device();
    for (name, config) in registered() {
        let network = build(&config, GREY, &device);
        let bytes = network.to_safetensors().unwrap();
        let fresh = config
            .build(GREY, 10, Initialization::default(), 99, &device)
            .unwrap();
        let read = reread(fresh, &bytes).unwrap();
        assert_eq!(read.to_safetensors().unwrap(), bytes, "{name}");
        let images = Tensor::random([2, 1, 28, 28], Distribution::Default, &device);
        let (before, after) = (network.forward(images.clone()), read.forward(images));
        assert_eq!(values(before), values(after), "{name}");
    }
}

#[test]
fn weights_have_pytorch_names_and_layouts() {
    let text = "name = \"two-conv\"\nbatch_norm = true";
    let bytes = build(&config(text), GREY, &device())
        .to_safetensors()
        .unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert!(
        names.contains(&"norm1.running_mean") && names.contains(&"norm1.weight"),
        "{names:?}"
    );
    assert_eq!(
        tensors.tensor("conv2.weight").unwrap().shape(),
        [64, 64, 3, 3]
    );
    assert_eq!(
        tensors.tensor("dense1.weight").unwrap().shape(),
        [128, 1600]
    );
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let device = device();
    let lenet = build(&config("name = \"lenet5\""), GREY, &device)
        .to_safetensors()
        .unwrap();
    let dense = build(&config("name = \"dense\""), GREY, &device);
    let error = reread(dense.clone(), &lenet).unwrap_err().to_string();
    assert!(error.contains("model.safetensors"), "{error}");
    assert!(
        error.contains("conv1") || error.contains("dense3"),
        "{error}"
    );
    let wider = config("name = \"dense\"\nhidden = 64");
    let wider = build(&wider, GREY, &device).to_safetensors().unwrap();
    assert!(reread(dense.clone(), &wider).is_err());
    let error = reread(dense, b"not weights").unwrap_err().to_string();
    assert!(error.contains("safetensors"), "{error}");
}

#[test]
fn a_layer_that_does_not_fit_is_named_with_its_shape_and_a_cure() {
    let device = device();
    let error = |text: &str, input: ImageShape| {
        let network = config(text).build(input, 10, Initialization::default(), 0, &device);
        let chain = |error: BuildError| format!("{:#}", anyhow::Error::from(error));
        network.err().map(chain).unwrap_or_default()
    };
    let small = ImageShape::new(1, 8, 8);
    let message = error("name = \"two-conv\"", ImageShape::new(1, 5, 5));
    assert!(
        message.contains("conv2") && message.contains("64x1x1"),
        "{message}"
    );
    let message = error("name = \"lenet5\"", small);
    assert!(
        message.contains("conv2") && message.contains("6x4x4"),
        "{message}"
    );
    for (layers, expected) in [
        (r#"["dense classes"]"#, "put \"flatten\""),
        (r#"["flatten", "conv 8 3x3", "dense classes"]"#, "layers[1]"),
        (
            r#"["conv 8 9x9", "flatten", "dense classes"]"#,
            "9x9 window",
        ),
        (
            r#"["conv 9 3x3 groups 2", "flatten", "dense classes"]"#,
            "2 groups must divide",
        ),
        (r#"["flatten", "dense 5"]"#, "dense classes"),
        (r#"["conv 8 3x3"]"#, "10 classes"),
        (
            r#"["flatten", "dense 65536", "dense 65536", "dense classes"]"#,
            "65536 x 65536 weights",
        ),
        (
            r#"["conv 65536 3x3 padding 100", "flatten", "dense classes"]"#,
            "values for each image",
        ),
        ("[]", "model.layers is empty"),
    ] {
        let message = error(&format!("name = \"sequential\"\nlayers = {layers}"), small);
        assert!(message.contains(expected), "{layers}: {message}");
    }
    let message = error("name = \"two-conv\"\ndropout = 1.0", GREY);
    assert!(message.contains("model.dropout = 1"), "{message}");
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
        let real = match &features {
            Features::Maps(maps) => FeatureShape::Maps(maps.dims()[1..].try_into().unwrap()),
            Features::Vector(vector) => FeatureShape::Vector([vector.dims()[1]]),
        };
        assert_eq!(shape, real, "{name}");
    }
}
