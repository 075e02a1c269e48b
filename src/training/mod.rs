//! Training: Burn's `SupervisedTraining` around a loop of our own (see [`strategy`]).
//!
//! The loop is our own because a resumed run must equal an uninterrupted one bit for bit, which
//! takes control over shuffling, seeding, optimizer state and the place where it stops.

mod checkpoint;
mod classifier;
mod freezing;
mod history;
mod optimizer;
mod schedule;
pub mod signals;
mod start;
mod stopping;
mod strategy;
mod ui;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use burn::module::Module;
use burn::store::RecordError;
use burn::tensor::Device;
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{Interrupter, Learner, SupervisedTraining, TrainingStrategy};

use crate::artifacts::{ArtifactError, LOGS, RunFolder};
use crate::batching::{BatchLoader, Order, Position};
use crate::data::{DataError, Dataset};
use crate::experiment::{Experiment, TransferMode};
use crate::features::FeatureError;
use crate::loss::Loss;
use crate::models::Chain;
use crate::models::{BuildError, Network, WeightsError};
use crate::storage::StorageError;
use crate::terminal::tell;
use crate::text::panic_message;
use crate::weights::{LocateError, WeightFileError};

pub use checkpoint::{Best, TrainingState, epoch_under_way, has_checkpoint};
pub use classifier::{Classifier, StepOutput};
pub use history::{EpochRecord, Figures, Tally, from_csv};
pub use start::{Start, fresh, start};
pub use stopping::StoppedBy;
pub use ui::{Display, NoTerminal, Ui, UiChoice};

use freezing::Freezing;

/// Why a training ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Data(#[from] DataError),
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
    #[error("the training was killed")]
    Killed,
    #[error("the training failed ({0}); what it learnt until its last checkpoint is kept")]
    Panicked(String),
    #[error(
        "training.stop waits for {0}, but there are no validation images; raise data.valid_fraction or data.train_images, or use a train_ figure"
    )]
    NoValidation(&'static str),
}

/// How a training ended.
#[derive(Debug)]
pub struct Finished {
    pub state: TrainingState,
    pub stopped_by: StoppedBy,
}

/// What is trained.
pub struct Learning {
    /// On a device that tracks gradients.
    pub network: Network,
    /// Layers before `network`, where it learns from their features; they are kept with it.
    pub before: Option<Chain>,
    /// What the head learns from while all before it is frozen, in place of the images.
    pub features: Option<Dataset>,
}

impl Learning {
    /// All of `network` learns from the images.
    pub fn of_all(network: Network) -> Self {
        Self {
            network,
            before: None,
            features: None,
        }
    }
}

/// Trains `learning` by `experiment` on `dataset` and leaves weights, history and checkpoints in
/// `run`.
///
/// With `resume`, goes on from the run's newest checkpoint and ends as if never interrupted.
/// `resume_command` is what a second signal tells to continue with.
///
/// # Errors
/// [`TrainError`]; what was learnt until then is in `run`.
pub fn train(
    experiment: &Experiment,
    (learning, dataset): (Learning, &Dataset),
    device: &Device,
    run: &RunFolder,
    display: Display,
    resume: bool,
    resume_command: &str,
) -> Result<Finished, TrainError> {
    let config = &experiment.training;
    let loss = Loss::new(config, &dataset.train, dataset.classes.len());
    let training_device = device.clone().autodiff();
    let Learning {
        network,
        before,
        features,
    } = learning;
    let mut model = Classifier { network, loss };
    let mut optimizer = optimizer::optimizer(config);
    let mut state = TrainingState::default();
    if resume {
        match checkpoint::load(run)? {
            Some((kept, weights, moments)) => {
                let mismatch = |error: RecordError| TrainError::Checkpoint(error.to_string());
                model = model.try_load_record(weights).map_err(mismatch)?;
                optimizer = optimizer.load_record(moments);
                state = kept;
            }
            // The same seed begins the same training anew.
            None => tell("the run ended before its first checkpoint; it starts anew"),
        }
    }

    // Of the loaded parameters, whose identities are those of the run that was interrupted.
    let freezing = match &experiment.transfer {
        Some(transfer) if transfer.mode == TransferMode::Finetune => {
            Freezing::new(transfer, &model.network)?
        }
        _ => None,
    };

    let position = Arc::new(Position::default());
    let order = || Order::Shuffled {
        seed: config.seed,
        position: position.clone(),
    };
    let batches = |split: &crate::data::Split, order, device: &Device| {
        BatchLoader::new(split.clone(), config.batch_size, order, device)
    };
    let loader = |split: &crate::data::Split, order, device: &Device| {
        Arc::new(batches(split, order, device))
    };
    // Kept features are of images that were changed before.
    let augmentation = match before {
        None => experiment.augmentation(),
        Some(_) => None,
    };
    let train = batches(&dataset.train, order(), &training_device);
    let train = Arc::new(train.augmented(augmentation));
    let valid = loader(&dataset.valid, Order::Fixed, device);

    let frozen_epochs = (experiment.transfer.as_ref()).map_or(0, |transfer| transfer.freeze_epochs);
    let head_phase = features.map(|features| strategy::HeadPhase {
        epochs: frozen_epochs,
        train: loader(&features.train, order(), &training_device),
        valid: loader(&features.valid, Order::Fixed, device),
    });
    let interrupter = Interrupter::new();
    signals::stop_on_signal(&interrupter, resume_command);
    let plan = ui::Plan {
        epochs: config.epochs,
        train_images: dataset.train.len(),
        monitor: stopping::monitor(config, &dataset.valid),
    };
    let done = state.history.len();
    let (ui, renderer) = display.open(plan, &interrupter, done);
    let learner = Learner::new(model, optimizer.clone(), config.learning_rate);
    let strategy = Arc::new(strategy::Strategy::new(
        experiment,
        dataset,
        strategy::Parts {
            freezing,
            before,
            head_phase,
        },
        run,
        position,
        strategy::Owned {
            optimizer,
            state,
            ui,
        },
    ));
    let training = SupervisedTraining::new(run.file(LOGS), train, valid)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .num_epochs(config.epochs)
        .with_interrupter(interrupter)
        .with_training_strategy(TrainingStrategy::Custom(strategy.clone()))
        .renderer(renderer)
        .label(&run.name());
    // Without checkpointers of Burn's this only tells the dashboard where to begin.
    let training = match done {
        0 => training,
        done => training.checkpoint(done),
    };
    // Burn's dashboard panics in the training thread when its user kills the training.
    let launched = catch_unwind(AssertUnwindSafe(|| training.launch(learner)));
    match launched {
        Ok(result) => match strategy.outcome() {
            Some(outcome) => outcome,
            None => Err(TrainError::Device(match result.error {
                Some(error) => error.to_string(),
                None => "the training ended without a result".into(),
            })),
        },
        Err(panic) => {
            let text = panic_message(panic.as_ref()).unwrap_or("no reason given");
            Err(match text {
                text if text.starts_with("Killing training") => TrainError::Killed,
                text => TrainError::Panicked(text.to_string()),
            })
        }
    }
}

#[cfg(test)]
mod parity;
