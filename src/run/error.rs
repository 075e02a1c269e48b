//! What can go wrong with a run.

use std::io;
use std::path::PathBuf;

use crate::data::DataError;
use crate::device::BackendError;
use crate::evaluation::EvaluationError;
use crate::experiment::ConfigError;
use crate::inspection::InspectionError;
use crate::models::{BuildError, WeightsError};
use crate::pixels::ImageShape;
use crate::preparation::StepError;
use crate::storage::StorageError;
use crate::training::TrainError;
use crate::weights::{LocateError, WeightFileError};

/// A run cannot be started, opened or used as asked.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("cannot create the run's folder {path}; choose another place with --artifacts")]
    Create { path: PathBuf, source: io::Error },
    #[error("cannot make the folder {path}")]
    Figures { path: PathBuf, source: io::Error },
    #[error(
        "{path} exists already and is never overwritten; choose another --name, or continue it with `convlab train --resume {path}`"
    )]
    Exists { path: PathBuf },
    #[error("\"{name}\" cannot name a run; use letters, digits, '.', '_' and '-'")]
    Name { name: String },
    #[error(
        "{path} is not a run's folder: it has no {missing}; expected a folder that `convlab train` made"
    )]
    NotARun {
        path: PathBuf,
        missing: &'static str,
    },
    #[error(
        "{path} has no weights: no epoch was finished, or the file was removed; continue it with `convlab train --resume {path}`"
    )]
    NoWeights { path: PathBuf },
    #[error(
        "{path} has no {file}: its training has not ended; continue it with `convlab train --resume {path}`"
    )]
    NotEnded { path: PathBuf, file: &'static str },
    #[error("{path} is being trained by another process")]
    Locked { path: PathBuf },
    #[error(
        "{path} was edited since the run was started: {key} is {now}, but was {then}; put it back, or start a new run"
    )]
    Edited {
        path: PathBuf,
        key: String,
        now: String,
        then: String,
    },
    #[error(
        "a resumed run keeps its configuration, received \"{received}\"; only training.epochs=N can be given with --resume"
    )]
    ResumedWith { received: String },
    #[error(
        "the data of {dataset} has changed since {run} was trained: it had {then}; now {now}. Put the images back as they were, or start a new run"
    )]
    DataChanged {
        dataset: String,
        run: PathBuf,
        then: Box<DataIdentity>,
        now: Box<DataIdentity>,
    },
    #[error(
        "{run} has no test images, and a report is about those; raise data.test_fraction and train again"
    )]
    NoTestImages { run: PathBuf },
    #[error(
        "--index {index}: expected 0 to {}, the data set has {images} test images",
        images.saturating_sub(1)
    )]
    NoSuchTestImage { index: usize, images: usize },
    #[error("{dataset} has {images} test images; a projection needs at least 4")]
    TooFewToProject { dataset: String, images: usize },
    #[error(
        "--imagenet {name}: expected a network that is published with ImageNet's classes, one of {known}{hint}"
    )]
    NotOfImageNet {
        name: String,
        known: String,
        hint: String,
    },
    #[error(
        "{path} was made by convlab {made_by}, and this is convlab {}, which does not understand all of it; install convlab {made_by} or later to open it",
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The run's folder.
        path: PathBuf,
        made_by: String,
        source: Box<RunError>,
    },
    #[error(transparent)]
    Toml(#[from] toml::ser::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Device(#[from] BackendError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Preparation(#[from] StepError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Locate(#[from] LocateError),
    #[error(transparent)]
    WeightFile(#[from] WeightFileError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    #[error(transparent)]
    Inspection(#[from] InspectionError),
}

impl RunError {
    /// Whether the user asked to stop, rather than something failed.
    pub fn is_interruption(&self) -> bool {
        match self {
            RunError::Train(error) => error.is_interruption(),
            RunError::Evaluation(EvaluationError::Interrupted) => true,
            _ => false,
        }
    }
}

/// What must be the same about the data for a run to go on, or to be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataIdentity {
    pub input: ImageShape,
    pub classes: Vec<String>,
    /// SHA-256 of the data set's content.
    pub fingerprint: String,
}

impl std::fmt::Display for DataIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let classes = self.classes.join(", ");
        write!(
            f,
            "images {}, classes {classes}, SHA-256 {}",
            self.input, self.fingerprint
        )
    }
}
