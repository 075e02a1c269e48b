use burn::module::Module;
use burn::tensor::{Distribution, Tensor};

use super::*;

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
fn names_of_networks_are_unique() {
    let mut names: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
}
