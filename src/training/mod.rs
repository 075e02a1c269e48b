//! Training: Burn's `SupervisedTraining` around a loop of our own (see `training_loop`).
//!
//! The loop is our own because a resumed run must equal an uninterrupted one bit for bit, which
//! takes control over shuffling, seeding, optimizer state and the place where it stops.
//!
//! [`start`] gives the network that a run begins with, [`trainable`] decides what of it is trained
//! and on what, [`train`] trains that. Who watches is a [`TrainingObserver`].

mod checkpoint;
mod classifier;
mod error;
mod events;
mod freezing;
mod history;
mod job;
mod metrics;
mod observer;
mod optimizer;
mod schedule;
mod settings;
mod silent;
mod start;
mod state;
mod step;
mod stopping;
mod strategy;
mod tally;
mod train;
mod train_pass;
mod trainable;
mod training_loop;
mod valid_pass;
mod weight_files;

pub use checkpoint::CHECKPOINTS;
pub use classifier::{Classifier, StepOutput};
pub use error::TrainError;
pub use history::{EpochRecord, Figures, HISTORY, read_history};
pub use job::TrainingJob;
pub use observer::{BatchDone, EpochDone, TrainingObserver};
pub use start::{Start, StartWarning, start};
pub use state::{Best, TrainingState};
pub use stopping::StoppedBy;
pub use strategy::Finished;
pub use train::{LOGS, train};
pub use trainable::{Trainable, trainable};
pub use weight_files::LAST_WEIGHTS;

#[cfg(test)]
mod parity;
#[cfg(test)]
mod tests;
