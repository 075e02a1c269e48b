//! Who hears of a training's batches and epochs.

use std::sync::Arc;

use burn::train::{EventProcessorTraining, LearnerEvent, SupervisedTrainingEventProcessor};

use super::classifier::{Classifier, StepOutput};
use super::error::TrainError;
use super::observer::TrainingObserver;

/// Burn's metrics, and the observer.
pub struct Events {
    pub processor: SupervisedTrainingEventProcessor<Classifier>,
    pub observer: Arc<dyn TrainingObserver>,
}

impl Events {
    /// Tells Burn's metrics of the training images.
    ///
    /// # Errors
    /// The device failed, which shows where a metric is read.
    pub fn train(&mut self, event: LearnerEvent<StepOutput>) -> Result<(), TrainError> {
        (self.processor.process_train(event)).map_err(|error| TrainError::Device(error.to_string()))
    }

    /// Tells Burn's metrics of the validation images.
    ///
    /// # Errors
    /// As for [`train`](Self::train).
    pub fn valid(&mut self, event: LearnerEvent<StepOutput>) -> Result<(), TrainError> {
        (self.processor.process_valid(event)).map_err(|error| TrainError::Device(error.to_string()))
    }

    /// Asks the observer whether to go on.
    ///
    /// # Errors
    /// [`TrainError::Cancelled`]
    pub fn check_cancelled(&self) -> Result<(), TrainError> {
        match self.observer.is_cancelled() {
            true => Err(TrainError::Cancelled),
            false => Ok(()),
        }
    }
}
