//! The same weights and images give PyTorch's logits and losses, before and during training.
//!
//! Weights and images come from the formula in `tests/reference/parity.py`, which makes the
//! fixture; see there.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::classifier::{Classifier, Loss};
use super::optimizer::optimizer;
use super::strategy::step;
use crate::backend::{self, DeviceChoice};
use crate::data::{ImageBatch, ImageShape};
use crate::experiment::{LossKind, TrainingConfig};
use crate::models::{Initialization, NetworkConfig};

const LOGITS: f64 = 1e-4;
const LOSSES: f64 = 1e-3;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/parity.json")).unwrap()
}

/// The fixture's stream of values in `[0, 1)`.
fn stream(seed: u32, index: usize) -> f64 {
    let mut x = (index as u32 + 1).wrapping_mul(2_654_435_761);
    x = x
        .wrapping_add(seed.wrapping_mul(40_503))
        .wrapping_add(12_345);
    x ^= x >> 16;
    x = x.wrapping_mul(0x45d9f3b);
    x ^= x >> 16;
    x = x.wrapping_mul(0x45d9f3b);
    x ^= x >> 16;
    f64::from(x) / 4_294_967_296.0
}

fn image_value(n: usize, row: usize, column: usize) -> f32 {
    let wave = 0.35 * (row * (1 + n % 4)) as f64 + 0.23 * (column * (1 + n % 3)) as f64 + n as f64;
    let index = (n * 28 + row) * 28 + column;
    (0.25 * stream(7, index) + 0.75 * (0.5 + 0.5 * wave.sin())) as f32
}

fn batch(device: &Device) -> ImageBatch {
    let positions =
        (0..32).flat_map(|n| (0..28).flat_map(move |y| (0..28).map(move |x| (n, y, x))));
    let values: Vec<f32> = positions.map(|(n, y, x)| image_value(n, y, x)).collect();
    let labels: Vec<i32> = (0..32).map(|n| (7 * n + 3) % 10).collect();
    ImageBatch {
        images: Tensor::from_data(TensorData::new(values, [32, 1, 28, 28]), device),
        targets: Tensor::<1, Int>::from_data(TensorData::new(labels, [32]), device),
    }
}

/// Gives every parameter the formula's values, in the order of the layers.
#[derive(Default)]
struct Fill {
    path: Vec<String>,
    shapes: Vec<Vec<usize>>,
}

impl ModuleMapper for Fill {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let kind = self.path.last().cloned().unwrap_or_default();
        if kind.starts_with("running") {
            return param;
        }
        let mut shape = param.shape().to_vec();
        // A dense weight is `[in, out]` in Burn and `[out, in]` in PyTorch.
        shape[..].rotate_right(usize::from(D == 2));
        let seed = 1000 + self.shapes.len() as u32;
        let area: usize = shape.iter().skip(2).product();
        let value = |index: usize| {
            let u = stream(seed, index);
            match kind.as_str() {
                "weight" => {
                    let fans = (shape[0] + shape[1]) * area;
                    (2.0 * u - 1.0) * (6.0 / fans as f64).sqrt()
                }
                "gamma" => (0.5 + u) / 2.0,
                _ => (2.0 * u - 1.0) * 0.1,
            }
        };
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|i| value(i) as f32)
            .collect();
        let tensor = Tensor::<1>::from_data(TensorData::from(values.as_slice()), &param.device());
        let dims: [usize; D] = shape.clone().try_into().unwrap();
        let tensor = tensor.reshape(dims);
        let tensor = if D == 2 {
            tensor.swap_dims(0, 1)
        } else {
            tensor
        };
        self.shapes.push(shape);
        Param::initialized(param.id, tensor.detach().require_grad())
    }
}

fn classifier(model: &Value, loss: Loss, device: &Device, shapes: &Value) -> Classifier {
    let config: NetworkConfig = serde_json::from_value(model.clone()).unwrap();
    let input = ImageShape::new(1, 28, 28);
    let network = config
        .build(input, 10, Initialization::default(), 0, device)
        .unwrap();
    let mut fill = Fill::default();
    let network = network.map(&mut fill);
    assert_eq!(
        &serde_json::to_value(fill.shapes).unwrap(),
        shapes,
        "parameter shapes"
    );
    Classifier { network, loss }
}

fn cross_entropy() -> Loss {
    Loss {
        kind: LossKind::CrossEntropy,
        label_smoothing: 0.0,
        class_weights: None,
    }
}

fn training(common: &Value, own: Option<&Value>) -> TrainingConfig {
    let mut settings = Map::new();
    for part in [Some(common), own].into_iter().flatten() {
        settings.extend(part.as_object().unwrap().clone());
    }
    TrainingConfig::deserialize(Value::Object(settings)).unwrap()
}

fn assert_close(actual: &[f64], expected: &Value, tolerance: f64, what: &str) {
    let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (index, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
        let difference = (actual - expected).abs();
        assert!(
            difference <= tolerance,
            "{what} [{index}]: {actual} instead of {expected}"
        );
    }
}

/// Losses before each of ten steps and after the last.
fn losses(mut model: Classifier, config: &TrainingConfig, device: &Device) -> Vec<f64> {
    let mut optimizer = optimizer(config);
    let clip = config.gradient_clip_norm;
    let mut losses = Vec::new();
    for _ in 0..11 {
        let batch = batch(device);
        let (next, output) = step(model, &mut optimizer, batch, config.learning_rate, clip);
        losses.push(output.loss.into_scalar::<f64>());
        model = next;
    }
    losses
}

/// The CPU backends compiled in.
fn devices() -> Vec<Device> {
    let choices = [DeviceChoice::Ndarray, DeviceChoice::Flex];
    let devices: Vec<Device> = choices
        .into_iter()
        .filter_map(|choice| Some(backend::open(choice).ok()?.device))
        .collect();
    assert!(!devices.is_empty(), "no CPU backend is compiled in");
    devices
}

#[test]
fn the_formula_is_that_of_the_reference() {
    let check = &fixture()["formula_check"];
    for row in check["stream"].as_array().unwrap() {
        let [seed, index] = [0, 1].map(|i| row[i].as_u64().unwrap());
        let value = stream(seed as u32, index as usize);
        assert!((value - row[2].as_f64().unwrap()).abs() < 1e-6, "{row}");
    }
    for row in check["images"].as_array().unwrap() {
        let [n, y, x] = [0, 1, 2].map(|i| row[i].as_u64().unwrap() as usize);
        let value = f64::from(image_value(n, y, x));
        assert!((value - row[3].as_f64().unwrap()).abs() < 1e-6, "{row}");
    }
}

#[test]
fn every_network_has_the_logits_and_losses_of_pytorch() {
    let fixture = fixture();
    for device in devices() {
        let training_device = device.clone().autodiff();
        for (name, case) in fixture["networks"].as_object().unwrap() {
            let what = format!("{name} on {device:?}");
            let build =
                |loss| classifier(&case["model"], loss, &training_device, &case["parameters"]);
            let model = build(cross_entropy());
            let logits = model.valid().network.forward(batch(&device).images);
            let logits: Vec<f64> = logits.into_data().iter::<f32>().map(f64::from).collect();
            let expected: Vec<f64> = (case["logits"].as_array().unwrap().iter())
                .flat_map(|row| row.as_array().unwrap())
                .map(|value| value.as_f64().unwrap())
                .collect();
            let expected = serde_json::to_value(expected).unwrap();
            assert_close(&logits, &expected, LOGITS, &format!("logits of {what}"));
            for (key, loss) in [
                (
                    "mse",
                    Loss {
                        kind: LossKind::Mse,
                        ..cross_entropy()
                    },
                ),
                (
                    "label_smoothing",
                    Loss {
                        label_smoothing: 0.1,
                        ..cross_entropy()
                    },
                ),
                (
                    "class_weights",
                    Loss {
                        class_weights: Some((0..10).map(|c| 0.5 + 0.1 * c as f32).collect()),
                        ..cross_entropy()
                    },
                ),
            ] {
                let batch = batch(&training_device);
                let logits = build(loss.clone()).network.forward(batch.images);
                let loss = loss.forward(logits, batch.targets).into_scalar::<f64>();
                let expected = case[key].as_f64().unwrap();
                assert!(
                    (loss - expected).abs() < 1e-4,
                    "{key} of {what}: {loss}, not {expected}"
                );
            }
            let config = training(&fixture["training"], None);
            let losses = losses(model, &config, &training_device);
            assert_close(
                &losses,
                &case["losses"],
                LOSSES,
                &format!("losses of {what}"),
            );
        }
    }
}

#[test]
fn every_optimizer_takes_the_steps_of_pytorch() {
    let fixture = fixture();
    let dense = &fixture["networks"]["dense"];
    for device in devices() {
        let device = device.autodiff();
        for (name, case) in fixture["optimizers"].as_object().unwrap() {
            let config = training(&case["training"], None);
            let model = classifier(
                &dense["model"],
                cross_entropy(),
                &device,
                &dense["parameters"],
            );
            let losses = losses(model, &config, &device);
            assert_close(
                &losses,
                &case["losses"],
                LOSSES,
                &format!("losses with {name}"),
            );
        }
    }
}
