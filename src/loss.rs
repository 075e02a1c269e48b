//! The loss of a network's logits, the same for training, evaluation and gradients of images.

use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Int, Tensor, activation};

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
        match self.kind {
            LossKind::CrossEntropy => {
                let smoothing = self.label_smoothing as f32;
                CrossEntropyLossConfig::new()
                    .with_smoothing((smoothing > 0.0).then_some(smoothing))
                    .with_weights(self.class_weights.clone())
                    .init(&logits.device())
                    .forward(logits, targets)
            }
            LossKind::Mse => {
                let [_, classes] = logits.dims();
                let one_hot = targets.one_hot::<2>(classes).float();
                (activation::softmax(logits, 1) - one_hot)
                    .powi_scalar(2)
                    .mean()
            }
        }
    }

    /// Mean loss over a batch whose images may be mixed from two (mixup, CutMix); without `mixed`
    /// the same as [`forward`](Self::forward).
    ///
    /// # Shapes
    /// - `logits`: `[batch, classes]`, before softmax
    /// - `targets`: `[batch]`
    pub fn forward_mixed(
        &self,
        logits: Tensor<2>,
        targets: Tensor<1, Int>,
        mixed: Option<&MixedTargets>,
    ) -> Tensor<1> {
        let Some(mixed) = mixed else {
            return self.forward(logits, targets);
        };
        let [batch, classes] = logits.dims();
        let shares = mixed.shares.clone().reshape([batch, 1]);
        let others = mixed.others.clone().one_hot::<2>(classes).float() * shares.clone();
        let probabilities = targets.one_hot::<2>(classes).float() * (1.0 - shares) + others;
        self.forward_soft(logits, probabilities)
    }

    /// Mean loss over the batch against a distribution over classes for each image.
    ///
    /// # Shapes
    /// - `logits`: `[batch, classes]`, before softmax
    /// - `targets`: `[batch, classes]`, each row sums to 1
    fn forward_soft(&self, logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let [_, classes] = logits.dims();
        if self.kind == LossKind::Mse {
            let difference = activation::softmax(logits, 1) - targets;
            return difference.powi_scalar(2).mean();
        }
        let smoothing = self.label_smoothing;
        let smoothed = targets.clone() * (1.0 - smoothing) + smoothing / classes as f64;
        let losses = activation::log_softmax(logits, 1).neg() * smoothed;
        match &self.class_weights {
            None => losses.sum_dim(1).mean(),
            Some(weights) => {
                let weights = Tensor::<1>::from_floats(weights.as_slice(), &losses.device());
                let weights = weights.reshape([1, classes]);
                // Divided by the weights of the targets before smoothing, as `forward` divides.
                (losses * weights.clone()).sum() / (targets * weights).sum()
            }
        }
    }
}

#[cfg(test)]
mod tests;
