//! Why a training ends without a result.

use crate::features::FeatureError;
use crate::models::{BuildError, WeightsError};
use crate::storage::StorageError;
use crate::weights::{LocateError, WeightFileError};

/// Why a training ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("cannot read a batch: {0}")]
    Batch(String),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    WeightFile(#[from] WeightFileError),
    #[error(transparent)]
    Locate(#[from] LocateError),
    #[error(transparent)]
    Features(#[from] FeatureError),
    #[error(
        "no folder to keep features in: this user has no cache folder; name one with CONVLAB_CACHE"
    )]
    NoFeatureFolder,
    #[error("the network's configuration cannot be written as TOML: {0}")]
    Toml(#[from] toml::ser::Error),
    #[error(
        "transfer.unfreeze_from = \"{name}\": there is no such layer{hint}; `convlab models NAME` lists all"
    )]
    NoLayer { name: String, hint: String },
    #[error("the history cannot be written as CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("the device failed: {0}")]
    Device(String),
    #[error("the loss is not a finite number")]
    NotFinite,
    #[error("the checkpoint does not belong to this configuration: {0}")]
    Checkpoint(String),
    #[error(
        "training.class_weights has {received} weights, but the data has {classes} classes: {names}"
    )]
    ClassWeights {
        received: usize,
        classes: usize,
        names: String,
    },
    /// The observer ended it at once; what was learnt until the last checkpoint is kept.
    #[error("the training was cancelled")]
    Cancelled,
    #[error("the training failed ({0}); what it learnt until its last checkpoint is kept")]
    Panicked(String),
    #[error(
        "training.stop waits for {0}, but there are no validation images; raise data.valid_fraction or data.train_images, or use a train_ figure"
    )]
    NoValidation(&'static str),
}

impl TrainError {
    /// Whether the user ended the computation of kept features; it goes on where it stopped when
    /// the run is resumed.
    pub fn is_interruption(&self) -> bool {
        matches!(self, TrainError::Features(FeatureError::Interrupted))
    }
}
