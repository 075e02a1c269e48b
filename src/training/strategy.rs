//! The training loop as burn-train calls it.

use std::sync::{Arc, Mutex};

use burn::optim::ModuleOptimizer;
use burn::train::{
    Learner, SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader,
    TrainingComponents, ValidLoader,
};

use super::classifier::Classifier;
use super::error::TrainError;
use super::events::Events;
use super::observer::TrainingObserver;
use super::settings::LoopSettings;
use super::state::TrainingState;
use super::stopping::StoppedBy;
use super::training_loop::TrainingLoop;
use crate::sync::lock;

/// How a training ended.
#[derive(Debug)]
pub struct Finished {
    pub state: TrainingState,
    pub stopped_by: StoppedBy,
}

/// Burn's hook for a training loop of one's own. Burn calls it through a shared reference, so what
/// the loop owns is handed over through a mutex, and so is its outcome.
pub struct Strategy {
    settings: LoopSettings,
    start: Mutex<Option<LoopStart>>,
    outcome: Mutex<Option<Result<Finished, TrainError>>>,
}

/// What the loop begins with and owns.
pub struct LoopStart {
    pub optimizer: ModuleOptimizer,
    pub state: TrainingState,
    pub observer: Arc<dyn TrainingObserver>,
}

impl Strategy {
    pub fn new(settings: LoopSettings, start: LoopStart) -> Self {
        Self {
            settings,
            start: Mutex::new(Some(start)),
            outcome: Mutex::new(None),
        }
    }

    /// How the training ended, once it has.
    pub fn take_outcome(&self) -> Option<Result<Finished, TrainError>> {
        lock(&self.outcome).take()
    }
}

impl SupervisedLearningStrategy<Classifier> for Strategy {
    fn fit(
        &self,
        components: TrainingComponents<Classifier>,
        learner: Learner<Classifier>,
        train: TrainLoader<Classifier>,
        valid: ValidLoader<Classifier>,
        _starting_epoch: usize,
    ) -> (Classifier, SupervisedTrainingEventProcessor<Classifier>) {
        let model = learner.model();
        let Some(start) = lock(&self.start).take() else {
            return (model, components.event_processor);
        };
        let mut training = TrainingLoop {
            settings: &self.settings,
            model,
            optimizer: start.optimizer,
            state: start.state,
            train,
            valid,
            interrupter: components.interrupter,
            events: Events {
                processor: components.event_processor,
                observer: start.observer,
            },
        };
        let outcome = training.run();
        training.events.observer.ended();
        let state = training.state;
        *lock(&self.outcome) = Some(outcome.map(|stopped_by| Finished { state, stopped_by }));
        (training.model, training.events.processor)
    }
}
