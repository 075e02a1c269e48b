//! A network with its loss, as burn-train wants it: one training step, one inference step.

use burn::module::Module;
use burn::tensor::{ExecutionError, Int, Tensor};
use burn::train::metric::{AccuracyInput, Adaptor, LossInput};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};

use crate::batching::{ImageBatch, MixedTargets};
use crate::loss::Loss;
use crate::models::{Backbone, Network};

/// A network and the loss it is trained with.
#[derive(Module, Debug)]
pub struct Classifier {
    pub network: Network,
    #[module(skip)]
    pub loss: Loss,
}

impl Classifier {
    /// The head with the same loss, for a training on kept features.
    pub fn head_alone(self) -> Self {
        Self {
            network: match self.network {
                Network::Backbone(backbone) => Network::Backbone(backbone.head_alone()),
                network => network,
            },
            ..self
        }
    }

    /// These layers before the head, with the head of `other`.
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
    /// Number of images whose largest logit is that of their class, as a tensor of one value.
    pub fn correct(&self) -> Tensor<1> {
        let [batch] = self.targets.dims();
        let predicted = self.logits.clone().argmax(1).reshape([batch]);
        predicted.equal(self.targets.clone()).float().sum()
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
        let (scores, classes) = (logits.clone(), targets.clone());
        let loss = self.loss.forward_mixed(scores, classes, mixed.as_ref());
        let gradients = loss.backward();
        let (logits, targets) = (logits.without_autodiff(), targets.without_autodiff());
        let mixed = mixed.map(MixedTargets::without_autodiff);
        let reported = match self.loss.class_weights {
            None => loss.without_autodiff(),
            Some(_) => {
                let loss = self.loss.unweighted();
                loss.forward_mixed(logits.clone(), targets.clone(), mixed.as_ref())
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
