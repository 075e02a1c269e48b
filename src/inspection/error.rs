use crate::data::DataError;
use crate::gradient::GradientError;

/// Looking into a network failed.
#[derive(Debug, thiserror::Error)]
pub enum InspectionError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Gradient(#[from] GradientError),
    #[error("the device failed: {0}")]
    Device(String),
    #[error(
        "the network's outputs are infinite or not numbers, so there is nothing to draw; train it with a lower learning rate"
    )]
    NotFinite,
}
