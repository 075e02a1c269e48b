//! A network with its loss, as burn-train wants it: one training step, one inference step.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{ExecutionError, Int, Tensor, activation};
use burn::train::metric::{AccuracyInput, Adaptor, LossInput};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};

use crate::batching::{ImageBatch, MixedTargets};
use crate::data::Split;
use crate::experiment::{BalancedWeights, ClassWeights, LossKind, TrainingConfig};
use crate::models::{Backbone, Network};

/// The loss of a configuration, with the class weights worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    pub kind: LossKind,
    pub label_smoothing: f64,
    /// One weight per class.
    pub class_weights: Option<Vec<f32>>,
}

impl Loss {
    /// The loss of `config`; balanced weights count the classes of `train`.
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

    /// The same loss with every class weighing the same: what figures are reported in, so that
    /// they are means over images, whatever the batch size.
    pub fn unweighted(&self) -> Loss {
        Loss {
            class_weights: None,
            ..self.clone()
        }
    }

    /// Mean loss over the batch of images that may be mixed, whose classes are those of `mixed` as
    /// well, by their shares.
    ///
    /// # Shapes
    /// - `logits`: `[batch, classes]`, before softmax
    /// - `targets`: `[batch]`
    pub fn of(
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
        let shares = targets.one_hot::<2>(classes).float() * (1.0 - shares) + others;
        self.forward_shares(logits, shares)
    }

    /// Mean loss over the batch where an image is of several classes; for whole shares what
    /// [`forward`](Self::forward) gives.
    ///
    /// # Shapes
    /// - `logits`: `[batch, classes]`, before softmax
    /// - `shares`: `[batch, classes]`, each row with the sum 1
    fn forward_shares(&self, logits: Tensor<2>, shares: Tensor<2>) -> Tensor<1> {
        let [_, classes] = logits.dims();
        if self.kind == LossKind::Mse {
            let difference = activation::softmax(logits, 1) - shares;
            return difference.powi_scalar(2).mean();
        }
        let smoothing = self.label_smoothing;
        let smooth = shares.clone() * (1.0 - smoothing) + smoothing / classes as f64;
        let losses = activation::log_softmax(logits, 1).neg() * smooth;
        match &self.class_weights {
            None => losses.sum_dim(1).mean(),
            Some(weights) => {
                let weights = Tensor::<1>::from_floats(weights.as_slice(), &losses.device());
                let weights = weights.reshape([1, classes]);
                // Over the weights of what the images show, as without shares.
                (losses * weights.clone()).sum() / (shares * weights).sum()
            }
        }
    }

    /// Mean loss over the batch, as a tensor of one value.
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
}

/// A network and the loss it is trained with.
#[derive(Module, Debug)]
pub struct Classifier {
    pub network: Network,
    #[module(skip)]
    pub loss: Loss,
}

impl Classifier {
    /// The head with the same loss, for features that are there already.
    pub fn head_alone(self) -> Self {
        Self {
            network: match self.network {
                Network::Backbone(backbone) => Network::Backbone(backbone.head_alone()),
                network => network,
            },
            ..self
        }
    }

    /// The same with the head of `other`.
    pub fn with_head(self, other: Self) -> Self {
        Self {
            network: match (self.network, other.network) {
                (Network::Backbone(own), Network::Backbone(other)) => Network::Backbone(Backbone {
                    features: own.features,
                    head: other.head,
                }),
                (_, other) => other,
            },
            ..self
        }
    }
}

/// What one batch gave; feeds Burn's metrics.
pub struct StepOutput {
    /// Mean over the images of the batch, classes unweighted, one value.
    pub loss: Tensor<1>,
    /// `[batch, classes]`
    pub logits: Tensor<2>,
    /// `[batch]`
    pub targets: Tensor<1, Int>,
}

impl StepOutput {
    /// Number of images whose highest score is their class, as a tensor of one value.
    pub fn correct(&self) -> Tensor<1> {
        let [batch] = self.targets.dims();
        let guesses = self.logits.clone().argmax(1).reshape([batch]);
        guesses.equal(self.targets.clone()).float().sum()
    }
}

impl TrainStep for Classifier {
    type Input = ImageBatch;
    type Output = StepOutput;

    fn step(&self, batch: ImageBatch) -> TrainOutput<StepOutput> {
        let ImageBatch {
            images,
            targets,
            mixed,
        } = batch;
        let logits = self.network.forward(images);
        let loss = (self.loss).of(logits.clone(), targets.clone(), mixed.as_ref());
        let gradients = loss.backward();
        let (logits, targets) = (logits.without_autodiff(), targets.without_autodiff());
        let mixed = mixed.map(MixedTargets::without_autodiff);
        let reported = match self.loss.class_weights {
            None => loss.without_autodiff(),
            Some(_) => {
                let loss = self.loss.unweighted();
                loss.of(logits.clone(), targets.clone(), mixed.as_ref())
            }
        };
        let output = StepOutput {
            loss: reported,
            logits,
            targets,
        };
        TrainOutput::new(self, gradients, output)
    }
}

impl InferenceStep for Classifier {
    type Input = ImageBatch;
    type Output = StepOutput;

    fn step(&self, batch: ImageBatch) -> StepOutput {
        let ImageBatch {
            images, targets, ..
        } = batch;
        let logits = self.network.forward(images);
        let loss = (self.loss.unweighted()).forward(logits.clone(), targets.clone());
        StepOutput {
            loss,
            logits,
            targets,
        }
    }
}

impl ItemLazy for StepOutput {
    fn sync(self) -> Result<Self, ExecutionError> {
        self.loss.device().flush()?;
        Ok(self)
    }
}

impl Adaptor<LossInput> for StepOutput {
    /// Burn's metric averages over values: one per image makes it a mean over images.
    fn adapt(&self) -> LossInput {
        let [batch] = self.targets.dims();
        LossInput::new(self.loss.clone().expand([batch]))
    }
}

impl Adaptor<AccuracyInput> for StepOutput {
    fn adapt(&self) -> AccuracyInput {
        AccuracyInput::new(self.logits.clone(), self.targets.clone())
    }
}

#[cfg(test)]
mod tests;
