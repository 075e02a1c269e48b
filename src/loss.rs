//! The loss of a network's logits, the same for training, evaluation and gradients of images.

use burn::tensor::{Int, Tensor};
use kernels::{ClassificationLoss, LossFunction};

use crate::batching::MixedTargets;
use crate::data::Split;
use crate::experiment::{BalancedWeights, ClassWeights, LossKind, TrainingConfig};

/// A configured loss with its class weights as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    pub kind: LossKind,
    /// Share of each target that is spread evenly over all classes, at least 0 and less than 1.
    pub label_smoothing: f64,
    /// One weight per class.
    pub class_weights: Option<Vec<f32>>,
}

impl Loss {
    /// The loss of `config`; balanced class weights are computed from the labels of `train`.
    pub fn new(config: &TrainingConfig, train: &Split, classes: usize) -> Self {
        let balanced = || {
            let images = train.len() as f32;
            (train.class_counts(classes).into_iter())
                .map(|count| images / (classes as f32 * count.max(1) as f32))
                .collect()
        };
        Self {
            kind: config.loss,
            label_smoothing: config.label_smoothing,
            class_weights: config.class_weights.as_ref().map(|weights| match weights {
                ClassWeights::Named(BalancedWeights::Balanced) => balanced(),
                ClassWeights::PerClass(weights) => weights.clone(),
            }),
        }
    }

    /// The same loss without class weights. Reported losses use it: they are then means over images
    /// whatever the batch size.
    pub fn unweighted(&self) -> Loss {
        Loss {
            class_weights: None,
            ..self.clone()
        }
    }

    /// Mean loss over the batch, one value.
    ///
    /// # Shapes
    /// - `logits`: `[batch, classes]`, before softmax
    /// - `targets`: `[batch]`
    pub fn forward(&self, logits: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.forward_mixed(logits, targets, None).loss
    }

    /// Mean loss over a batch whose images may be mixed from two (mixup, CutMix), with and without
    /// class weights, and the number of images classified correctly.
    ///
    /// # Shapes
    /// - `logits`: `[batch, classes]`, before softmax
    /// - `targets`: `[batch]`
    pub fn forward_mixed(
        &self,
        logits: Tensor<2>,
        targets: Tensor<1, Int>,
        mixed: Option<&MixedTargets>,
    ) -> ClassificationLoss {
        let mixed = mixed.map(|mixed| (mixed.others.clone(), mixed.shares.clone()));
        let function = match self.kind {
            LossKind::CrossEntropy => LossFunction::CrossEntropy {
                label_smoothing: self.label_smoothing as f32,
                class_weights: self.class_weights.clone(),
            },
            LossKind::Mse => LossFunction::MeanSquaredError,
        };
        kernels::classification_loss(logits, targets, mixed, function)
    }
}

#[cfg(test)]
mod tests;
