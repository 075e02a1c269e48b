//! Computing what is computed once for all epochs, then training.

use std::sync::Arc;

use burn::train::Interrupter;

use super::session::Session;
use super::start::StartedRun;
use crate::data::Dataset;
use crate::progress::Progress;
use crate::run::error::RunError;
use crate::run::version::read_run;
use crate::training::{self, Finished, Trainable, TrainingObserver};

/// A training before its first epoch.
pub struct PreparedRun {
    pub session: Session,
    trainable: Trainable,
}

/// A training that has ended, before its test.
pub struct EndedRun {
    pub session: Session,
    pub finished: Finished,
    /// Features that stood for the images throughout the training.
    pub(super) head_features: Option<Dataset>,
}

impl StartedRun {
    /// Computes the features before a head that is trained alone, unless they are kept from an
    /// earlier training. Whether to stop is asked after each batch.
    ///
    /// # Errors
    /// The features cannot be computed or kept, or it was cancelled.
    pub fn prepare(self, progress: &dyn Progress) -> Result<PreparedRun, RunError> {
        let Self { session, network } = self;
        let trainable = training::trainable(&session.job(), network, progress)?;
        Ok(PreparedRun { session, trainable })
    }
}

impl PreparedRun {
    /// Trains until the configuration or `interrupter` says to stop; weights, history and checkpoints
    /// are in the run's folder then.
    ///
    /// # Errors
    /// The training failed; what it learnt until its last checkpoint is kept.
    pub fn train(
        self,
        observer: Arc<dyn TrainingObserver>,
        interrupter: &Interrupter,
    ) -> Result<EndedRun, RunError> {
        let Self { session, trainable } = self;
        let head_features = trainable.head_features().cloned();
        let resume = session.is_resumed;
        let finished = training::train(&session.job(), trainable, resume, observer, interrupter);
        // A resumed training begins with reading its checkpoint.
        let finished = read_run(&session.folder, finished.map_err(RunError::from))?;
        Ok(EndedRun {
            session,
            finished,
            head_features,
        })
    }
}
