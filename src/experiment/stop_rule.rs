//! The columns of the history, and `training.stop`, which ends training at a value of one of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;

/// A column of the history; losses are better when lower, accuracies when higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Mean loss over the training images.
    TrainLoss,
    /// Share of the training images that are classified correctly.
    TrainAccuracy,
    /// Mean loss over the validation images.
    ValidLoss,
    /// Share of the validation images that are classified correctly.
    ValidAccuracy,
}

impl Metric {
    /// The column of `history.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Metric::TrainLoss => "train_loss",
            Metric::TrainAccuracy => "train_accuracy",
            Metric::ValidLoss => "valid_loss",
            Metric::ValidAccuracy => "valid_accuracy",
        }
    }

    /// Whether it is measured on validation images.
    pub fn needs_validation(self) -> bool {
        matches!(self, Metric::ValidLoss | Metric::ValidAccuracy)
    }

    /// The same metric measured on the training images.
    pub fn on_training_images(self) -> Metric {
        match self {
            Metric::TrainLoss | Metric::ValidLoss => Metric::TrainLoss,
            Metric::TrainAccuracy | Metric::ValidAccuracy => Metric::TrainAccuracy,
        }
    }

    /// Whether `value` is better than `other` by more than `min_delta`.
    pub fn improves(self, value: f64, other: f64, min_delta: f64) -> bool {
        match self {
            Metric::TrainLoss | Metric::ValidLoss => value < other - min_delta,
            Metric::TrainAccuracy | Metric::ValidAccuracy => value > other + min_delta,
        }
    }
}

/// Training ends once `metric` is less than `below`, or more than `above`; one of them is given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { metric = \"train_loss\", below = 0.29 }"
)]
pub struct StopRule {
    /// What is compared after each epoch.
    pub metric: Metric,
    /// Training ends once the metric is less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Training ends once the metric is more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
}

impl StopRule {
    /// Whether `value` of the metric ends the training.
    pub fn reached(&self, value: f64) -> bool {
        self.below.is_some_and(|limit| value < limit)
            || self.above.is_some_and(|limit| value > limit)
    }

    /// # Errors
    /// None or both of the limits are given, or the limit is no finite number.
    pub(super) fn check(&self) -> Result<(), Problem> {
        match (self.below, self.above) {
            (Some(limit), None) | (None, Some(limit)) if limit.is_finite() => Ok(()),
            _ => Err(Problem::new(
                "training.stop",
                "expected one of below and above, e.g. { metric = \"train_loss\", below = 0.29 }",
            )),
        }
    }
}
