//! The configuration of an experiment: data, network and training, with every default in one place.
//!
//! Precedence is defaults < file < `key=value` on the command line, the last two with a network's
//! preset beneath its keys; [`load`] applies it and `config.toml` in a run's folder keeps the
//! result.

mod class_weights;
mod load;
mod model;
mod overrides;
mod place;
mod preprocess;
mod transfer;
mod validate;
mod wording;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::augmentation::{AugmentConfig, Augmentation};
use crate::data::{Normalize, catalog};
use crate::models::{Initialization, NetworkConfig};
use crate::pixels::{ColorMode, Resize};

pub use class_weights::{BalancedWeights, ClassWeights};
pub use load::{ConfigError, QUICKSTART, from_file, load};
pub use preprocess::PreprocessConfig;
pub use transfer::{NormStatistics, TransferConfig, TransferMode};

/// Everything that decides a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Experiment {
    pub data: DataConfig,
    #[serde(skip_serializing_if = "PreprocessConfig::is_empty")]
    pub preprocess: PreprocessConfig,
    pub model: NetworkConfig,
    pub training: TrainingConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub augment: Option<AugmentConfig>,
}

impl Experiment {
    /// What is done to training images, if anything.
    pub fn augmentation(&self) -> Option<Augmentation> {
        let config = self.augment.as_ref()?;
        Some(Augmentation::new(config, self.training.seed))
    }
}

/// `[data]`: which images, and how they are split and sized.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataConfig {
    /// A name of `convlab data`, or `folder` / `idx` with `path`.
    pub dataset: String,
    /// Folder of `folder` and `idx` data sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Which images a drawn data set holds; what is random otherwise follows `training.seed`.
    pub seed: u64,
    /// Train on at most this many images, classes balanced; for drawn data sets, draw this many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_images: Option<usize>,
    /// Test on at most this many images, classes balanced; for drawn data sets, draw this many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_images: Option<usize>,
    /// Share of the training images kept for validation, `0` to less than `1`.
    pub valid_fraction: f64,
    /// Share kept for the test where the data set brings no test images, `0` to less than `1`.
    pub test_fraction: f64,
    /// `unit` (values from 0 to 1), `standard` (mean 0, deviation 1 over the training images),
    /// `per-image` (the same over each image) or `pretrained` (as the network's published weights
    /// want it).
    pub normalize: Normalize,
    /// `grey` or `rgb`; for photographs, which are `folder` and the published ones of no size of
    /// their own.
    pub color: ColorMode,
    /// Height images are brought to, in pixels; for photographs.
    pub height: usize,
    /// Width images are brought to, in pixels; for photographs.
    pub width: usize,
    /// How images of another size are brought to it; for photographs.
    pub resize: Resize,
    /// More unreadable images than this share is an error; for photographs.
    pub max_bad_fraction: f64,
    /// More validation or test images than this share that are in another split as well, exactly or
    /// nearly, are an error.
    pub max_leak_fraction: f64,
    /// Decoded images are kept in memory up to this many MiB, else read again in every epoch.
    pub cache_mib: u64,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            dataset: "garments".into(),
            path: None,
            seed: 0,
            train_images: None,
            test_images: None,
            valid_fraction: 0.1,
            test_fraction: 0.2,
            normalize: Normalize::Unit,
            color: ColorMode::Rgb,
            height: 64,
            width: 64,
            resize: Resize::Crop,
            max_bad_fraction: 0.05,
            max_leak_fraction: 0.1,
            cache_mib: 1024,
        }
    }
}

impl DataConfig {
    /// How a picture that is not part of the data set is brought to its size: as in training for
    /// photographs, else whole, since the other data sets show whole objects.
    pub fn resize_for_prediction(&self) -> Resize {
        match self.has_photographs() {
            true => self.resize,
            false => Resize::Fit,
        }
    }

    /// Whether the images come in sizes of their own and are brought to that of this section.
    pub fn has_photographs(&self) -> bool {
        let entry = catalog::find(&self.dataset);
        self.dataset == "folder" || entry.is_ok_and(|entry| entry.shape.is_none())
    }
}

/// `[training]`: how the weights are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Passes over the training images; 0 keeps the weights that it starts from.
    pub epochs: usize,
    /// Images per step.
    pub batch_size: usize,
    pub optimizer: OptimizerKind,
    pub learning_rate: f64,
    /// Momentum of `sgd` and `rmsprop`, `0` to less than `1`.
    pub momentum: f64,
    /// Nesterov's variant of the momentum of `sgd`.
    pub nesterov: bool,
    /// L2 penalty; decoupled from the gradient in `adamw`.
    pub weight_decay: f64,
    /// Keeps `adam`, `adamw` and `rmsprop` from dividing by zero.
    pub epsilon: f64,
    /// How the learning rate changes over the run.
    pub schedule: ScheduleKind,
    /// Epochs between two steps of the `step` schedule.
    pub schedule_epochs: usize,
    /// Factor of the `step` and `exponential` schedules; the last value, as a share of
    /// `learning_rate`, of `cosine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_factor: Option<f64>,
    /// The learning rate rises linearly from zero over this many epochs.
    pub warmup_epochs: f64,
    pub loss: LossKind,
    /// Share of the target spread over all classes, `0` to less than `1`; with `cross-entropy`.
    pub label_smoothing: f64,
    /// `"balanced"`, or one positive weight per class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<ClassWeights>,
    /// Gradients are scaled down to this global L2 norm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient_clip_norm: Option<f64>,
    pub initialization: Initialization,
    pub seed: u64,
    /// The figure that tells which epoch is best.
    pub monitor: Metric,
    /// Stop once a figure is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopRule>,
    /// Stop after this many epochs in which `monitor` did not improve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<usize>,
    /// Improvement of `monitor` that counts for `patience`.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    Sgd,
    Adam,
    #[serde(rename = "adamw")]
    AdamW,
    #[serde(rename = "rmsprop")]
    RmsProp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    Constant,
    Cosine,
    Step,
    Exponential,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// Softmax and negative log-likelihood.
    CrossEntropy,
    /// Mean squared difference between softmax and one-hot target, over images and classes.
    Mse,
}

/// A figure of the history; losses are better when lower, accuracies when higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    TrainLoss,
    TrainAccuracy,
    ValidLoss,
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

    /// Whether the figure needs validation images.
    pub fn needs_validation(self) -> bool {
        matches!(self, Metric::ValidLoss | Metric::ValidAccuracy)
    }

    /// The same figure of the training images.
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

/// The course's call-back: stop when `metric` is `below` or `above` a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopRule {
    pub metric: Metric,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
}

impl StopRule {
    /// Whether `value` of the metric ends the training.
    pub fn reached(&self, value: f64) -> bool {
        self.below.is_some_and(|limit| value < limit)
            || self.above.is_some_and(|limit| value > limit)
    }
}

#[cfg(test)]
mod tests;
