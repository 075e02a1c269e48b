use std::fmt;

use crate::data::DataError;

/// A network cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("the device failed: {0}")]
    Device(String),
    #[error(
        "there are no {0} images to evaluate on; choose another split with --split, or raise data.{0}_fraction when training"
    )]
    NoImages(String),
}

impl EvaluationError {
    /// What a device reported.
    pub fn device(error: impl fmt::Display) -> Self {
        Self::Device(error.to_string())
    }
}
