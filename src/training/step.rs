//! One step of a training.

use burn::optim::ModuleOptimizer;
use burn::train::TrainStep;

use super::classifier::{Classifier, StepOutput};
use super::freezing::Freezing;
use super::optimizer::clip_global_norm;
use crate::batching::ImageBatch;

/// How a step changes the weights.
#[derive(Clone, Copy)]
pub struct StepSettings<'a> {
    pub learning_rate: f64,
    /// The largest joint L2 norm of the gradients.
    pub clip_norm: Option<f64>,
    /// Learning rates per group of layers.
    pub freezing: Option<&'a Freezing>,
}

/// Forward, backward, clipping, optimizer.
pub fn step(
    model: Classifier,
    optimizer: &mut ModuleOptimizer,
    batch: ImageBatch,
    settings: StepSettings,
) -> (Classifier, StepOutput) {
    let step = TrainStep::step(&model, batch);
    let gradients = match settings.clip_norm {
        Some(limit) => clip_global_norm(&model, step.grads, limit),
        None => step.grads,
    };
    let groups = match settings.freezing {
        Some(freezing) => freezing.split_by_rate(&model, gradients),
        None => vec![(1.0, gradients)],
    };
    let model = groups
        .into_iter()
        .fold(model, |model, (factor, gradients)| {
            let rate = factor * settings.learning_rate;
            model.optimize(optimizer, rate.into(), gradients)
        });
    (model, step.item)
}

/// A seed of its own for every step (the finalizer of SplitMix64 over the three numbers).
pub fn step_seed(seed: u64, epoch: usize, batch: usize) -> u64 {
    let mut x = seed ^ ((epoch as u64) << 32) ^ batch as u64;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
