//! Networks with weights by a formula say what torchvision's and Keras's say; see
//! `tests/reference/pretrained.py`, which makes the fixture.

use std::collections::BTreeMap;

use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData};
use safetensors::tensor::{Dtype, TensorView};
use serde::Deserialize;

use crate::models::{
    Features, Initialization, Layer, LoadScope, Network, NetworkConfig, REGISTRY, forward,
};
use crate::pixels::ImageShape;
use crate::reference::{devices, stream};
use crate::weights::WeightFile;

/// Of the L2 norm.
const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Fixture {
    formula_check: serde_json::Value,
    networks: BTreeMap<String, Reference>,
}

#[derive(Deserialize)]
struct Reference {
    classes: usize,
    parameters: usize,
    tensors: usize,
    digest: u32,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    mode: String,
    gamma_scale: f64,
    bias_offset: f64,
    batch: usize,
    size: usize,
    logits: Vec<Vec<f64>>,
    norms: Vec<f64>,
    features: f64,
    layers: BTreeMap<String, f64>,
    #[serde(default)]
    argmax: Vec<usize>,
    loss: Option<f64>,
    #[serde(default)]
    gradients: BTreeMap<String, Gradient>,
}

#[derive(Deserialize)]
struct Gradient {
    norm: f64,
    first: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../../tests/fixtures/pretrained.json")).unwrap()
}

/// FNV-1a, 32 bits.
fn fnv(bytes: &[u8]) -> u32 {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619);
    bytes.iter().fold(2_166_136_261, step)
}

fn values(run: &Run, name: &str, shape: &[usize]) -> Vec<f32> {
    let seed = fnv(name.as_bytes());
    let fan_in: usize = shape.iter().skip(1).product();
    let value = |index: usize| {
        let u = stream(seed, index);
        let around_zero = 2.0 * u - 1.0;
        match (name.rsplit('.').next(), shape.len()) {
            (Some("running_mean"), _) => around_zero * 0.1,
            (Some("running_var"), _) => 0.5 + u,
            (Some("bias"), _) => run.bias_offset + around_zero * 0.1,
            (_, 1) => run.gamma_scale * (0.5 + u),
            (_, 2) => around_zero * (1.0 / fan_in as f64).sqrt(),
            _ => around_zero * (6.0 / fan_in as f64).sqrt(),
        }
    };
    (0..shape.iter().product())
        .map(|index| value(index) as f32)
        .collect()
}

/// `[batch, 3, size, size]`
fn images(run: &Run, device: &Device) -> Tensor<4> {
    let (batch, size) = (run.batch, run.size);
    let value = |index: usize| {
        let [column, row] = [index % size, index / size % size];
        let [c, n] = [index / size / size % 3, index / size / size / 3];
        let wave = 0.35 * (row * (1 + n % 4)) as f64
            + 0.23 * (column * (1 + n % 3)) as f64
            + (n + 2 * c) as f64;
        let value = 0.25 * stream(7, index) + 0.75 * (0.5 + 0.5 * wave.sin());
        ((value - 0.5) * 4.0) as f32
    };
    let values: Vec<f32> = (0..batch * 3 * size * size).map(value).collect();
    Tensor::from_data(TensorData::new(values, [batch, 3, size, size]), device)
}

fn network(
    name: &str,
    reference: &Reference,
    run: &Run,
    device: &Device,
) -> (Network, Vec<(String, Vec<usize>)>) {
    let config = match name.strip_suffix("_0.25") {
        Some(name) => format!("name = \"{name}\"\nwidth = 0.25\nhead = \"own\""),
        None => format!("name = \"{name}\"\nhead = \"own\""),
    };
    let config: NetworkConfig = toml::from_str(&config).unwrap();
    let input = ImageShape::new(3, run.size, run.size);
    let initialization = Initialization::default();
    let network = (config.build(input, reference.classes, initialization, 0, device)).unwrap();
    let (architecture, settings) = config.published().unwrap();
    assert_eq!(network.parameters(), reference.parameters, "{name}");
    if settings.width.is_none() {
        assert_eq!(architecture.parameters, reference.parameters, "{name}");
    }
    let (network, tensors) = network.filled(&|name, shape| values(run, name, shape));
    assert_eq!(tensors.len(), reference.tensors, "{name}");
    let mut lines: Vec<String> = (tensors.iter())
        .map(|(name, shape)| {
            let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("{name} {}\n", sides.join("x"))
        })
        .collect();
    lines.sort();
    assert_eq!(fnv(lines.concat().as_bytes()), reference.digest, "{name}");
    (network, tensors)
}

fn close(what: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut actual.iter().zip(expected).map(|(a, b)| a - b));
    let size = norm(&mut expected.iter().copied());
    assert!(
        difference <= TOLERANCE * size,
        "{what}: {difference:e} apart, of {size:e}"
    );
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter().collect()
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn read_features(features: Features) -> Vec<f64> {
    match features {
        Features::Maps(maps) => read(maps),
        Features::Vector(vector) => read(vector),
    }
}

fn check(name: &str) {
    let reference = &fixture().networks[name];
    for plain in devices() {
        for run in &reference.runs {
            let what = format!("{name}, {} on {}, {plain:?}", run.mode, run.size);
            let training = run.mode == "training";
            let device = match training {
                true => plain.clone().autodiff(),
                false => plain.clone(),
            };
            let (network, tensors) = network(name, reference, run, &device);
            let Network::Backbone(backbone) = &network else {
                unreachable!()
            };
            // The reference drops nothing out.
            let mut layers = network.layers();
            layers.retain(|(_, layer)| !matches!(layer, Layer::Dropout(_)));
            let up_to =
                |count: usize| forward(&layers[..count], Features::Maps(images(run, &device)));
            let features = norm(&read_features(up_to(backbone.features.len())));
            close(&format!("{what}: features"), &[features], &[run.features]);
            for (layer, expected) in &run.layers {
                let inside = format!("{layer}.");
                let is_it = |(name, _): &(&str, Layer)| *name == layer || name.starts_with(&inside);
                let last = layers.iter().rposition(is_it).unwrap();
                let actual = norm(&read_features(up_to(last + 1)));
                close(&format!("{what}: {layer}"), &[actual], &[*expected]);
            }
            let Features::Vector(logits) = up_to(layers.len()) else {
                unreachable!()
            };
            let rows = read(logits.clone());
            let rows: Vec<&[f64]> = rows.chunks(reference.classes).collect();
            for (n, row) in rows.iter().enumerate() {
                close(&format!("{what}: logits {n}"), &row[..10], &run.logits[n]);
                close(&format!("{what}: norm {n}"), &[norm(row)], &[run.norms[n]]);
                if let Some(&class) = run.argmax.get(n) {
                    assert!(row.iter().all(|score| *score <= row[class]), "{what}");
                }
            }
            if let Some(expected) = run.loss {
                gradients(
                    &what,
                    (&network, &tensors),
                    logits,
                    expected,
                    run,
                    reference.classes,
                );
            }
        }
    }
}

fn gradients(
    what: &str,
    (network, tensors): (&Network, &[(String, Vec<usize>)]),
    logits: Tensor<2>,
    expected: f64,
    run: &Run,
    classes: usize,
) {
    let targets: Vec<i32> = (0..run.batch)
        .map(|n| ((7 * n + 3) % classes) as i32)
        .collect();
    let plain = logits.device();
    let targets = Tensor::<1, Int>::from_data(TensorData::from(targets.as_slice()), &plain);
    let loss = CrossEntropyLossConfig::new()
        .init(&plain)
        .forward(logits, targets);
    let gradients = GradientsParams::from_grads(loss.backward(), network);
    close(&format!("{what}: loss"), &read(loss), &[expected]);
    let ids: BTreeMap<String, _> = network.named_parameters().into_iter().collect();
    for (name, expected) in &run.gradients {
        let what = format!("{what}: gradient of {name}");
        let id = ids[name];
        let rank = tensors
            .iter()
            .find(|(tensor, _)| tensor == name)
            .unwrap()
            .1
            .len();
        let actual = match rank {
            4 => read(gradients.get::<4>(id).unwrap()),
            2 => read(gradients.get::<2>(id).unwrap().swap_dims(0, 1)),
            _ => read(gradients.get::<1>(id).unwrap()),
        };
        close(&what, &[norm(&actual)], &[expected.norm]);
        close(&what, &actual[..expected.first.len()], &expected.first);
    }
}

#[test]
fn the_formula_is_that_of_the_reference() {
    let check = &fixture().formula_check;
    for row in check["seeds"].as_array().unwrap() {
        let name = row[0].as_str().unwrap();
        assert_eq!(Some(u64::from(fnv(name.as_bytes()))), row[1].as_u64());
    }
    for row in check["stream"].as_array().unwrap() {
        let [seed, index] = [0, 1].map(|i| row[i].as_u64().unwrap());
        let value = stream(seed as u32, index as usize);
        assert!((value - row[2].as_f64().unwrap()).abs() < 1e-6);
    }
}

/// One test for each network, so that they run side by side.
macro_rules! checks {
    ($($test:ident: $name:literal;)+) => {
        $(#[test]
        fn $test() {
            check($name);
        })+

        const CHECKED: &[&str] = &[$($name),+];
    };
}

checks! {
    vgg16_says_what_torchvision_says: "vgg16";
    vgg19_says_what_torchvision_says: "vgg19";
    vgg16_bn_says_what_torchvision_says: "vgg16_bn";
    vgg19_bn_says_what_torchvision_says: "vgg19_bn";
    resnet18_says_what_torchvision_says: "resnet18";
    resnet34_says_what_torchvision_says: "resnet34";
    resnet50_says_what_torchvision_says: "resnet50";
    resnet101_says_what_torchvision_says: "resnet101";
    resnet152_says_what_torchvision_says: "resnet152";
    resnet20_says_what_the_paper_describes: "resnet20";
    resnet32_says_what_the_paper_describes: "resnet32";
    resnet44_says_what_the_paper_describes: "resnet44";
    resnet56_says_what_the_paper_describes: "resnet56";
    resnet110_says_what_the_paper_describes: "resnet110";
    mobilenet_v1_says_what_keras_says: "mobilenet_v1";
    a_narrow_mobilenet_v1_says_what_keras_says: "mobilenet_v1_0.25";
    mobilenet_v2_says_what_torchvision_says: "mobilenet_v2";
}

#[test]
fn every_published_network_is_checked_against_its_reference() {
    let published = REGISTRY.iter().filter(|entry| entry.architecture.is_some());
    for entry in published {
        assert!(
            CHECKED.contains(&entry.name),
            "{} is not checked",
            entry.name
        );
    }
    assert!(
        fixture()
            .networks
            .keys()
            .all(|name| CHECKED.contains(&name.as_str()))
    );
}

/// The tensors of MobileNet up to its first depthwise convolution, whose kernel Keras 2 and
/// Keras 3 call differently.
fn file_of_keras(depthwise: &str) -> WeightFile {
    let mut tensors = vec![
        ("conv1/kernel".to_owned(), vec![3, 3, 3, 8]),
        (format!("conv_dw_1/{depthwise}"), vec![3, 3, 8, 1]),
    ];
    for norm in ["conv1_bn", "conv_dw_1_bn"] {
        for field in ["gamma", "beta", "moving_mean", "moving_variance"] {
            tensors.push((format!("{norm}/{field}"), vec![8]));
        }
    }
    let bytes: Vec<Vec<u8>> = (tensors.iter().zip(1..))
        .map(|((_, shape), seed)| {
            let values = (0..shape.iter().product()).map(|index| stream(seed, index) as f32);
            values.flat_map(f32::to_le_bytes).collect()
        })
        .collect();
    let views = tensors
        .into_iter()
        .zip(&bytes)
        .map(|((name, shape), bytes)| {
            let view = TensorView::new(Dtype::F32, shape, bytes).unwrap();
            (name, view)
        });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keras.safetensors");
    std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    WeightFile::open(&path).unwrap()
}

#[test]
fn keras_3_is_understood_as_keras_2() {
    let text = "name = \"mobilenet_v1\"\nwidth = 0.25\ncut = \"conv_dw_1\"";
    let config: NetworkConfig = toml::from_str(text).unwrap();
    for device in devices() {
        let of = |depthwise| {
            let (input, initialization) = (ImageShape::new(3, 32, 32), Initialization::default());
            let network = config.build(input, 2, initialization, 0, &device).unwrap();
            let file = file_of_keras(depthwise);
            let (network, loaded) = network.with_pretrained(&file, LoadScope::Features).unwrap();
            assert!(loaded.unused.is_empty(), "{:?}", loaded.unused);
            network.to_safetensors().unwrap()
        };
        assert!(of("depthwise_kernel") == of("kernel"));
    }
}
