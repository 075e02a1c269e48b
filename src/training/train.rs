//! Sets a training up and runs it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::RecordError;
use burn::tensor::Device;
use burn::train::{Interrupter, Learner, SupervisedTraining, TrainingStrategy};

use super::checkpoint::{self, Checkpoint};
use super::classifier::Classifier;
use super::error::TrainError;
use super::freezing::Freezing;
use super::job::TrainingJob;
use super::metrics::{Accuracy, FigureMetric, MeanLoss};
use super::observer::TrainingObserver;
use super::optimizer;
use super::schedule::Schedule;
use super::settings::{HeadPhase, LoopSettings};
use super::silent::SilentRenderer;
use super::state::TrainingState;
use super::stopping;
use super::strategy::{Finished, LoopStart, Strategy};
use super::trainable::Trainable;
use crate::batching::{BatchLoader, Order, Position};
use crate::data::Split;
use crate::experiment::TransferMode;
use crate::loss::Loss;
use crate::storage::folder_name;
use crate::text::panic_message;

/// The folder of Burn's logs in a run's folder.
pub const LOGS: &str = "logs";

/// Trains by `job` and leaves weights, history, checkpoints and logs in its folder.
///
/// With `resume`, goes on from the newest checkpoint there and, on a CPU and with the same number of
/// threads, ends with the same bits as if never interrupted. `interrupter` stops it after the batch
/// under way and saves a checkpoint; `observer` watches, and may cancel it at once.
///
/// Dropout draws from one stream for the whole process: with it, a process that trains twice at a
/// time does not get the same bits again.
///
/// # Errors
/// [`TrainError`]; what was learnt until the last checkpoint is in the folder.
pub fn train(
    job: &TrainingJob,
    trainable: Trainable,
    resume: bool,
    observer: Arc<dyn TrainingObserver>,
    interrupter: &Interrupter,
) -> Result<Finished, TrainError> {
    let TrainingJob {
        experiment,
        backend,
        folder,
        ..
    } = *job;
    let config = &experiment.training;
    let (network, frozen_layers, dataset, head_features) = match trainable {
        Trainable::Network(network) => (network, None, job.dataset, None),
        Trainable::FineTuning { network, features } => (network, None, job.dataset, Some(features)),
        Trainable::Head {
            head,
            frozen_layers,
            ref features,
        } => (head, Some(frozen_layers), features, None),
    };
    let model = Classifier {
        network,
        loss: Loss::new(config, &dataset.train, dataset.classes.len()),
    };
    let optimizer = optimizer::optimizer(config);
    let (model, optimizer, state) = match resume {
        true => resumed(job, model, optimizer, observer.as_ref())?,
        false => (model, optimizer, TrainingState::default()),
    };
    // Of the loaded parameters, whose identities are those of the run that was interrupted.
    let freezing = match &experiment.transfer {
        Some(transfer) if transfer.mode == TransferMode::Finetune => {
            Freezing::new(transfer, &model.network)?
        }
        _ => None,
    };

    let (device, training_device) = (&backend.device, backend.device.clone().autodiff());
    let position = Arc::new(Position::default());
    let shuffled = || Order::Shuffled {
        seed: config.seed,
        position: position.clone(),
    };
    let batches = |split: &Split, order, device: &Device| {
        BatchLoader::new(split.clone(), config.batch_size, order, device)
    };
    // Kept features are of images that were changed before.
    let augmentation = match frozen_layers {
        None => experiment.augmentation(),
        Some(_) => None,
    };
    let train = batches(&dataset.train, shuffled(), &training_device).augmented(augmentation);
    let valid = batches(&dataset.valid, Order::Fixed, device);
    let freeze_epochs = (experiment.transfer.as_ref()).map_or(0, |transfer| transfer.freeze_epochs);
    let head_phase = head_features.map(|features| HeadPhase {
        epochs: freeze_epochs,
        train: Arc::new(batches(&features.train, shuffled(), &training_device)),
        valid: Arc::new(batches(&features.valid, Order::Fixed, device)),
    });
    let images_per_epoch = dataset.train.len();
    let settings = LoopSettings {
        monitor: stopping::monitor(config, &dataset.valid),
        schedule: Schedule::new(config, images_per_epoch.div_ceil(config.batch_size)),
        config: config.clone(),
        position,
        images_per_epoch,
        folder: folder.to_path_buf(),
        freezing,
        frozen_layers,
        head_phase,
    };

    let epochs_done = state.history.len();
    let renderer = observer.renderer(epochs_done);
    let learner = Learner::new(model, optimizer.clone(), config.learning_rate);
    let start = LoopStart {
        optimizer,
        state,
        observer: observer.clone(),
    };
    let strategy = Arc::new(Strategy::new(settings, start));
    let training = SupervisedTraining::new(folder.join(LOGS), Arc::new(train), Arc::new(valid))
        .metrics((
            FigureMetric::<Accuracy>::new(),
            FigureMetric::<MeanLoss>::new(),
        ))
        .num_epochs(config.epochs)
        .with_interrupter(interrupter.clone())
        .with_training_strategy(TrainingStrategy::Custom(strategy.clone()))
        .renderer(renderer.unwrap_or_else(|| Box::new(SilentRenderer)))
        .label(&folder_name(folder));
    // Without checkpointers of Burn's this only tells the dashboard where to begin.
    let training = match epochs_done {
        0 => training,
        done => training.checkpoint(done),
    };
    let launched = catch_unwind(AssertUnwindSafe(|| training.launch(learner)));
    match launched {
        // Also where it was cancelled after the last batch.
        Ok(_) if observer.is_cancelled() => Err(TrainError::Cancelled),
        Ok(result) => match strategy.take_outcome() {
            Some(outcome) => outcome,
            None => Err(TrainError::Device(match result.error {
                Some(error) => error.to_string(),
                None => "the training ended without a result".into(),
            })),
        },
        Err(panic) => {
            let text = panic_message(panic.as_ref()).unwrap_or("no reason given");
            Err(TrainError::Panicked(text.to_string()))
        }
    }
}

/// `model` and `optimizer` as the newest checkpoint in the job's folder has them; unchanged where
/// there is none, for the same seed begins the same training anew.
fn resumed(
    job: &TrainingJob,
    model: Classifier,
    optimizer: ModuleOptimizer,
    observer: &dyn TrainingObserver,
) -> Result<(Classifier, ModuleOptimizer, TrainingState), TrainError> {
    let Some(kept) = checkpoint::load(job.folder, observer)? else {
        observer.note("the run ended before its first checkpoint; it starts anew");
        return Ok((model, optimizer, TrainingState::default()));
    };
    let Checkpoint {
        state,
        model: weights,
        optimizer: moments,
        threads,
    } = kept;
    let now = rayon::current_num_threads();
    if let Some(before) = threads.filter(|before| job.backend.is_cpu() && *before != now) {
        observer.warn(&format!(
            "the run was trained with {before} threads and goes on with {now}: sums are rounded differently, so it will not end with the same bits as without the interruption; RAYON_NUM_THREADS={before} sets as many as before"
        ));
    }
    let mismatch = |error: RecordError| TrainError::Checkpoint(error.to_string());
    let model = model.try_load_record(weights).map_err(mismatch)?;
    let optimizer = optimizer.load_record(moments);
    Ok((model, optimizer, state))
}
