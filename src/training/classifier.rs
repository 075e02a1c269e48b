//! A network with its loss, as burn-train wants it: one training step, one inference step.

use burn::module::Module;
use burn::tensor::{ExecutionError, Tensor};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};

use kernels::ClassificationLoss;

use crate::batching::ImageBatch;
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

/// What one batch gave.
pub struct StepOutput {
    /// Mean over the images of the batch, classes unweighted, one value.
    pub loss: Tensor<1>,
    /// Number of images whose largest logit is that of their class, one value.
    pub correct: Tensor<1>,
    /// Number of images in the batch.
    pub images: usize,
}

impl StepOutput {
    fn new(loss: ClassificationLoss, images: usize) -> Self {
        Self {
            loss: loss.unweighted.without_autodiff(),
            correct: loss.correct.without_autodiff(),
            images,
        }
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
        let [count] = targets.dims();
        let logits = self.network.forward(images);
        let loss = self.loss.forward_mixed(logits, targets, mixed.as_ref());
        let gradients = loss.loss.backward();
        let output = StepOutput::new(loss, count);
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
        let [count] = targets.dims();
        let logits = self.network.forward(images);
        StepOutput::new(self.loss.forward_mixed(logits, targets, None), count)
    }
}

impl ItemLazy for StepOutput {
    fn sync(self) -> Result<Self, ExecutionError> {
        self.loss.device().flush()?;
        Ok(self)
    }
}
