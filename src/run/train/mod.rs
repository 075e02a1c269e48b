//! A training, from a configuration to the figures in the run's folder, one value for each stage:
//! [`StartedRun`], [`PreparedRun`], [`EndedRun`], [`TrainedRun`].

mod data_check;
mod finish;
mod prepare;
mod session;
mod start;

pub use finish::{TestedRun, TrainedRun};
pub use prepare::{EndedRun, PreparedRun};
pub use session::Session;
pub use start::{StartedRun, TrainingOptions};
