//! How well a network classifies images it was not trained on: metrics, confusion matrix, calibration,
//! and a test of two networks on the same images.

mod batch_size;
mod calibration;
mod display;
mod error;
mod evaluate;
mod metrics;
mod predictions;
mod probabilities;
mod significance;

pub use batch_size::batch_size;
pub use calibration::{Bin, Calibration, FittedOn, Reliability, Scaled};
pub use error::EvaluationError;
pub use evaluate::{Evaluation, evaluate};
pub use metrics::{ClassScores, Confusion, Interval, Scores};
pub use predictions::Predictions;
pub use probabilities::{probabilities, ranking};
pub use significance::mcnemar;

#[cfg(test)]
mod tests;
