//! `[training]`: how the weights are found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::class_weights::ClassWeights;
use super::problem::Problem;
use super::range::{at_least_one, below_one, not_negative, positive_f32, up_to_one};
use super::stop_rule::{Metric, StopRule};
use crate::models::Initialization;

/// How the weights are found, and when training ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Passes over the training images; with 0 the initial weights are kept.
    #[schemars(range(max = 1_000_000))]
    pub epochs: usize,
    /// Images per step: the weights change once for each batch.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub batch_size: usize,
    /// How the weights follow the gradient.
    pub optimizer: OptimizerKind,
    /// How far the weights follow the gradient in each step.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub learning_rate: f64,
    /// Momentum of `sgd` and `rmsprop`.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum: f64,
    /// Use Nesterov's momentum; only with `sgd`.
    pub nesterov: bool,
    /// Coefficient of the L2 penalty, which keeps weights small; decoupled from the gradient in
    /// `adamw`. 0 is off.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
    /// Added to the denominator of `adam`, `adamw` and `rmsprop` so that they never divide by zero.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub epsilon: f64,
    /// How the learning rate changes over the run.
    pub schedule: ScheduleKind,
    /// Epochs between two steps of the `step` schedule.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub schedule_epochs: usize,
    /// The factor of the `step` and `exponential` schedules, 0.1 and 0.95 where not given; for
    /// `cosine`, the final learning rate as a share of `learning_rate`, 0 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub schedule_factor: Option<f64>,
    /// The learning rate rises linearly from zero over this many epochs, or a part of one.
    #[schemars(range(min = 0.0))]
    pub warmup_epochs: f64,
    /// What training makes small.
    pub loss: LossKind,
    /// Share of the target spread over all classes; with `cross-entropy`.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub label_smoothing: f64,
    /// How much the images of each class count in the loss; all the same where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<ClassWeights>,
    /// Gradients with a larger global L2 norm are scaled down to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub gradient_clip_norm: Option<f64>,
    /// How the first weights are drawn; biases start at zero.
    pub initialization: Initialization,
    /// Seed of everything random but the images of drawn data sets.
    pub seed: u64,
    /// The metric by which the best epoch is chosen, whose weights are kept beside the last. Without
    /// validation images, it is measured on the training images.
    pub monitor: Metric,
    /// Stop once a metric has reached a value, e.g. `{ metric = "train_loss", below = 0.29 }`; one of
    /// `below` and `above` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopRule>,
    /// Stop after this many epochs in which `monitor` did not improve.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub patience: Option<usize>,
    /// `monitor` must improve by more than this to count for `patience`.
    #[schemars(range(min = 0.0))]
    pub min_delta: f64,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            epochs: 5,
            batch_size: 32,
            optimizer: OptimizerKind::Adam,
            learning_rate: 1e-3,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            epsilon: 1e-7,
            schedule: ScheduleKind::Constant,
            schedule_epochs: 10,
            schedule_factor: None,
            warmup_epochs: 0.0,
            loss: LossKind::CrossEntropy,
            label_smoothing: 0.0,
            class_weights: None,
            gradient_clip_norm: None,
            initialization: Initialization::GlorotUniform,
            seed: 42,
            monitor: Metric::ValidLoss,
            stop: None,
            patience: None,
            min_delta: 0.0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Stochastic gradient descent, with `momentum` if that is set.
    Sgd,
    /// A step size for each weight, from running means of its gradient and of the square (Kingma and
    /// Ba 2015, arXiv 1412.6980).
    Adam,
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019, arXiv 1711.05101).
    #[serde(rename = "adamw")]
    AdamW,
    /// A step size for each weight, from a running mean of the square of its gradient.
    #[serde(rename = "rmsprop")]
    RmsProp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// It does not change.
    Constant,
    /// It falls along half a cosine, to zero or to `schedule_factor`.
    Cosine,
    /// It is multiplied by `schedule_factor` every `schedule_epochs` epochs.
    Step,
    /// It is multiplied by `schedule_factor` after every epoch.
    Exponential,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// Softmax and negative log-likelihood.
    CrossEntropy,
    /// Mean squared difference between softmax and one-hot target, over images and classes.
    Mse,
}

impl TrainingConfig {
    /// # Errors
    /// The first value that is out of range or without effect.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.epochs > 0 {
            at_least_one("training.epochs", self.epochs, 1_000_000)?;
        }
        at_least_one("training.batch_size", self.batch_size, 1_000_000)?;
        self.check_optimizer()?;
        self.check_schedule()?;
        self.check_loss()?;
        if let Some(stop) = &self.stop {
            stop.check()?;
        }
        if let Some(epochs) = self.patience {
            at_least_one("training.patience", epochs, 1_000_000)?;
        }
        not_negative("training.min_delta", self.min_delta)
    }

    fn check_optimizer(&self) -> Result<(), Problem> {
        positive_f32("training.learning_rate", self.learning_rate)?;
        below_one("training.momentum", self.momentum)?;
        if self.weight_decay != 0.0 {
            positive_f32("training.weight_decay", self.weight_decay)?;
        }
        positive_f32("training.epsilon", self.epsilon)?;
        if let Some(norm) = self.gradient_clip_norm {
            positive_f32("training.gradient_clip_norm", norm)?;
        }
        let adam = matches!(self.optimizer, OptimizerKind::Adam | OptimizerKind::AdamW);
        let unused = |key, message, part| Err(Problem::new(key, message).or_at(part));
        if adam && self.momentum > 0.0 {
            return unused(
                "training.momentum",
                "adam and adamw have their own and do not use it; set optimizer = \"sgd\" or \"rmsprop\", or momentum = 0.0",
                "training.optimizer",
            );
        }
        if self.nesterov && self.optimizer != OptimizerKind::Sgd {
            return unused(
                "training.nesterov",
                "only sgd uses it; set optimizer = \"sgd\", or nesterov = false",
                "training.optimizer",
            );
        }
        if self.nesterov && self.momentum == 0.0 {
            return unused(
                "training.nesterov",
                "it changes the momentum, which is 0; set e.g. momentum = 0.9, or nesterov = false",
                "training.momentum",
            );
        }
        Ok(())
    }

    fn check_schedule(&self) -> Result<(), Problem> {
        at_least_one("training.schedule_epochs", self.schedule_epochs, 1_000_000)?;
        if let Some(factor) = self.schedule_factor {
            up_to_one("training.schedule_factor", factor)?;
        }
        not_negative("training.warmup_epochs", self.warmup_epochs)?;
        if self.schedule == ScheduleKind::Constant && self.schedule_factor.is_some() {
            let message = "the constant schedule does not use it; set schedule = \"step\", \"exponential\" or \"cosine\", or remove it";
            let problem = Problem::new("training.schedule_factor", message);
            return Err(problem.or_at("training.schedule"));
        }
        let default = Self::default().schedule_epochs;
        if self.schedule != ScheduleKind::Step && self.schedule_epochs != default {
            let message = format!(
                "only the step schedule uses it; set schedule = \"step\", or schedule_epochs = {default}"
            );
            let problem = Problem::new("training.schedule_epochs", message);
            return Err(problem.or_at("training.schedule"));
        }
        Ok(())
    }

    fn check_loss(&self) -> Result<(), Problem> {
        below_one("training.label_smoothing", self.label_smoothing)?;
        if self.loss == LossKind::CrossEntropy {
            return Ok(());
        }
        let unused = |key, what| {
            let message = format!("only \"cross-entropy\" takes {what}");
            Err(Problem::new(key, message).or_at("training.loss"))
        };
        if self.label_smoothing > 0.0 {
            return unused("training.label_smoothing", "label smoothing");
        }
        if self.class_weights.is_some() {
            return unused("training.class_weights", "class weights");
        }
        Ok(())
    }
}
