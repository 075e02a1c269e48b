//! The same weights and images give PyTorch's logits and losses, before and during training.
//!
//! Weights and images come from the formula in `tests/reference/parity.py`, which makes the
//! fixture; see there.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::classifier::Classifier;
use super::optimizer::optimizer;
use super::step::{StepSettings, step};
use crate::batching::ImageBatch;
use crate::experiment::{LossKind, TrainingConfig};
use crate::loss::Loss;
use crate::reference::{devices, image, image_value, network, stream};

const LOGITS: f64 = 1e-4;
const LOSSES: f64 = 1e-3;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/parity.json")).unwrap()
}

fn batch(device: &Device) -> ImageBatch {
    let values: Vec<f32> = (0..32).flat_map(image).collect();
    let labels: Vec<i32> = (0..32).map(|n| (7 * n + 3) % 10).collect();
    ImageBatch {
        images: Tensor::from_data(TensorData::new(values, [32, 1, 28, 28]), device),
        targets: Tensor::<1, Int>::from_data(TensorData::new(labels, [32]), device),
        mixed: None,
    }
}

fn classifier(model: &Value, loss: Loss, device: &Device, shapes: &Value) -> Classifier {
    let network = network(model, device, shapes);
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
        let settings = StepSettings {
            learning_rate: config.learning_rate,
            clip_norm: clip,
            freezing: None,
        };
        let (next, output) = step(model, &mut optimizer, batch, settings);
        losses.push(output.loss.into_scalar::<f64>());
        model = next;
    }
    losses
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
