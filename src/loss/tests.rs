use burn::tensor::{Device, TensorData};

use super::*;
use crate::reference::devices;

const CLASSES: usize = 4;

/// The loss of every kind, weighted and smoothed or not.
fn losses() -> Vec<Loss> {
    let weights = Some(vec![0.5, 1.0, 2.0, 3.5]);
    let mut losses = vec![Loss {
        kind: LossKind::Mse,
        label_smoothing: 0.0,
        class_weights: None,
    }];
    for label_smoothing in [0.0, 0.2] {
        for class_weights in [None, weights.clone()] {
            losses.push(Loss {
                kind: LossKind::CrossEntropy,
                label_smoothing,
                class_weights,
            });
        }
    }
    losses
}

const LOGITS: [[f32; CLASSES]; 3] = [
    [0.3, -1.2, 2.0, 0.1],
    [1.5, 0.2, -0.7, -0.3],
    [-0.4, 0.9, 0.6, 1.1],
];
const TARGETS: [i32; 3] = [2, 0, 1];

fn logits(device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::from(LOGITS), device)
}

fn targets(targets: [i32; 3], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::from(targets), device)
}

fn mixed(others: [i32; 3], shares: [f32; 3], device: &Device) -> MixedTargets {
    MixedTargets {
        others: targets(others, device),
        shares: Tensor::from_data(TensorData::from(shares), device),
    }
}

/// By the formula, in 64 bits.
fn expected(loss: &Loss, others: [i32; 3], shares: [f32; 3]) -> f64 {
    let (mut sum, mut normalizer) = (0.0, 0.0);
    for image in 0..3 {
        let exponentials = LOGITS[image].map(|logit| f64::from(logit).exp());
        let total: f64 = exponentials.iter().sum();
        for (class, exponential) in exponentials.into_iter().enumerate() {
            let other = f64::from(shares[image]);
            let own = f64::from(u8::from(TARGETS[image] as usize == class));
            let part = f64::from(u8::from(others[image] as usize == class));
            let share = (1.0 - other) * own + other * part;
            let weight = match &loss.class_weights {
                Some(weights) => f64::from(weights[class]),
                None => 1.0,
            };
            let probability = exponential / total;
            if loss.kind == LossKind::Mse {
                sum += (probability - share).powi(2);
                normalizer += 1.0;
            } else {
                let smooth =
                    (1.0 - loss.label_smoothing) * share + loss.label_smoothing / CLASSES as f64;
                sum -= weight * smooth * probability.ln();
                normalizer += weight * share;
            }
        }
    }
    sum / normalizer
}

#[test]
fn mixed_targets_are_counted_by_their_shares() {
    let (others, shares) = ([1, 3, 1], [0.4, 0.25, 0.1]);
    for device in devices() {
        for loss in losses() {
            let mixed = mixed(others, shares, &device);
            let value =
                loss.forward_mixed(logits(&device), targets(TARGETS, &device), Some(&mixed));
            let value = value.loss;
            let (value, expected) = (value.into_scalar::<f64>(), expected(&loss, others, shares));
            assert!(
                (value - expected).abs() < 1e-5,
                "{loss:?}: {value}, not {expected}"
            );
        }
    }
}

#[test]
fn images_that_are_not_mixed_give_the_loss_without_shares() {
    for device in devices() {
        for loss in losses() {
            let mixed = mixed([3, 3, 0], [0.0; 3], &device);
            let own = || targets(TARGETS, &device);
            let with = loss.forward_mixed(logits(&device), own(), Some(&mixed));
            let without = loss.forward_mixed(logits(&device), own(), None);
            let (with, without) = (
                with.loss.into_scalar::<f64>(),
                without.loss.into_scalar::<f64>(),
            );
            assert!(
                (with - without).abs() < 1e-6,
                "{loss:?}: {with}, not {without}"
            );
        }
    }
}
