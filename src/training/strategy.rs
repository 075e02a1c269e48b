//! The training loop.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::data::dataloader::DataLoader;
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::tensor::Device;
use burn::train::{
    EventProcessorTraining, InferenceStep, Learner, LearnerEvent, SupervisedLearningStrategy,
    SupervisedTrainingEventProcessor, TrainLoader, TrainStep, TrainingComponents, TrainingItem,
    ValidLoader,
};

use super::checkpoint::{self, TrainingState};
use super::classifier::{Classifier, StepOutput};
use super::freezing::Freezing;
use super::history::{EpochRecord, Figures, Sums, Tally, to_csv};
use super::optimizer::clip_global_norm;
use super::schedule::Schedule;
use super::stopping::{self, StoppedBy};
use super::ui::Ui;
use super::{Finished, TrainError};
use crate::artifacts::{HISTORY, LAST_WEIGHTS, RunFolder, WEIGHTS};
use crate::batching::{ImageBatch, Position};
use crate::data::Dataset;
use crate::experiment::{Experiment, Metric, TrainingConfig};
use crate::models::Chain;
use crate::models::{Backbone, Network};

/// Burn's hook for a training loop of one's own.
pub struct Strategy {
    config: TrainingConfig,
    monitor: Metric,
    schedule: Schedule,
    position: Arc<Position>,
    run: RunFolder,
    parts: Parts,
    start: Mutex<Option<Owned>>,
    outcome: Mutex<Option<Result<Finished, TrainError>>>,
}

/// What becomes of the parts of a network.
pub struct Parts {
    pub freezing: Option<Freezing>,
    /// Layers before those that are trained.
    pub before: Option<Chain>,
    pub head_phase: Option<HeadPhase>,
}

/// First epochs, in which the head alone learns, from features that are kept.
pub struct HeadPhase {
    pub epochs: usize,
    pub train: TrainLoader<Classifier>,
    pub valid: ValidLoader<Classifier>,
}

/// What the loop takes over and owns.
pub struct Owned {
    pub optimizer: ModuleOptimizer,
    pub state: TrainingState,
    pub ui: Ui,
}

impl Strategy {
    pub fn new(
        experiment: &Experiment,
        dataset: &Dataset,
        parts: Parts,
        run: &RunFolder,
        position: Arc<Position>,
        start: Owned,
    ) -> Self {
        let config = experiment.training.clone();
        let batches_per_epoch = dataset.train.len().div_ceil(config.batch_size);
        Self {
            monitor: stopping::monitor(&config, &dataset.valid),
            schedule: Schedule::new(&config, batches_per_epoch),
            config,
            position,
            run: run.clone(),
            parts,
            start: Mutex::new(Some(start)),
            outcome: Mutex::new(None),
        }
    }

    /// How the training ended, once it has.
    pub fn outcome(&self) -> Option<Result<Finished, TrainError>> {
        lock(&self.outcome).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut training = Training {
            strategy: self,
            model,
            optimizer: start.optimizer,
            state: start.state,
            ui: start.ui,
            train,
            valid,
            components,
        };
        let outcome = training.run();
        training.ui.close();
        let state = training.state;
        *lock(&self.outcome) = Some(outcome.map(|stopped_by| Finished { state, stopped_by }));
        (training.model, training.components.event_processor)
    }
}

/// A training under way.
struct Training<'a> {
    strategy: &'a Strategy,
    model: Classifier,
    optimizer: ModuleOptimizer,
    state: TrainingState,
    ui: Ui,
    train: TrainLoader<Classifier>,
    valid: ValidLoader<Classifier>,
    components: TrainingComponents<Classifier>,
}

impl Training<'_> {
    fn run(&mut self) -> Result<StoppedBy, TrainError> {
        if self.strategy.config.epochs == 0 {
            if self.state.history.is_empty() {
                self.keep(true)?;
            }
            return Ok(StoppedBy::Epochs);
        }
        loop {
            let ended = match self.state.history.last() {
                Some(last) => stopping::ended(&self.strategy.config, &self.state, last),
                None => None,
            };
            if let Some(reason) = ended {
                return Ok(reason);
            }
            match self.epoch() {
                Ok(true) => {}
                Ok(false) => return Ok(StoppedBy::Interrupted),
                Err(TrainError::NotFinite) => return Ok(StoppedBy::NotFinite),
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs or finishes the epoch under way; `false` when interrupted.
    fn epoch(&mut self) -> Result<bool, TrainError> {
        let started = Instant::now();
        let before = self.state.seconds;
        let (sums, learning_rate) = self.train_pass()?;
        self.state.seconds = before + started.elapsed().as_secs_f64();
        if self.components.interrupter.should_stop() {
            checkpoint::save(
                &self.strategy.run,
                &self.state,
                &self.model,
                &self.optimizer,
            )?;
            return Ok(false);
        }
        let valid = self.valid_pass()?;
        let record = self.record(sums.means(), valid, learning_rate);
        let epoch = record.epoch;
        let config = &self.strategy.config;
        let best = stopping::note_epoch(
            &mut self.state,
            &record,
            self.strategy.monitor,
            config.min_delta,
        );
        self.state.seconds = before + started.elapsed().as_secs_f64();
        self.state.history.push(record.clone());
        self.state.epoch += 1;
        self.state.batch = 0;
        self.state.sums = Sums::default();
        self.state.epoch_seconds = 0.0;
        self.keep(best)?;
        self.ui.epoch(&record, best);
        self.emit(LearnerEvent::EndEpoch(epoch))?;
        Ok(true)
    }

    /// Trains on the batches that are left of the epoch, up to an interruption.
    fn train_pass(&mut self) -> Result<(Sums, f64), TrainError> {
        // Handed from step to step: the optimizer writes over a parameter in place where nobody
        // else holds it.
        let mut model = Some(match &self.strategy.parts.freezing {
            Some(freezing) => freezing.apply(self.model.clone(), self.state.epoch),
            None => self.model.clone(),
        });
        let loader = match self.head_phase() {
            Some(phase) => {
                model = model.map(Classifier::head_alone);
                phase.train.clone()
            }
            None => self.train.clone(),
        };
        let passed = self.train_batches(&mut model, loader.as_ref());
        if let Some(model) = model {
            self.model = match self.head_phase() {
                Some(_) => self.model.clone().with_head(model),
                None => model,
            };
        }
        passed
    }

    /// The phase that the epoch under way belongs to, if the head learns alone in it.
    fn head_phase(&self) -> Option<&HeadPhase> {
        let phase = self.strategy.parts.head_phase.as_ref();
        phase.filter(|phase| self.state.epoch <= phase.epochs)
    }

    fn train_batches(
        &mut self,
        model: &mut Option<Classifier>,
        loader: &dyn DataLoader<ImageBatch>,
    ) -> Result<(Sums, f64), TrainError> {
        let strategy = self.strategy;
        let epoch = self.state.epoch;
        let earlier_seconds = self.state.epoch_seconds;
        let started = Instant::now();
        let mut tally = Tally::from_sums(self.state.sums);
        // Of the last step, also when a resumed epoch has none left.
        let last = self.state.batch.saturating_sub(1);
        let mut learning_rate = strategy.schedule.learning_rate(epoch, last);
        self.emit(LearnerEvent::StartSplit {
            epoch_number: epoch,
            total_items: self.train.num_items(),
        })?;
        strategy.position.set(epoch, self.state.batch);
        let mut batches = loader.iter();
        let device = self.device();
        while !self.components.interrupter.should_stop() {
            let Some(batch) = batches.next() else { break };
            let batch = batch.map_err(|error| TrainError::Batch(error.to_string()))?;
            // Dropout masks then depend on the step alone, not on what was drawn before.
            device.seed(step_seed(strategy.config.seed, epoch, self.state.batch));
            learning_rate = strategy.schedule.learning_rate(epoch, self.state.batch);
            let clip = strategy.config.gradient_clip_norm;
            let Some(before) = model.take() else { break };
            let freezing = strategy.parts.freezing.as_ref();
            let pace = Pace {
                learning_rate,
                clip_norm: clip,
                freezing,
            };
            let (after, output) = step(before, &mut self.optimizer, batch, pace);
            *model = Some(after);
            tally.add(&output)?;
            self.state.batch += 1;
            let progress = batches.progress();
            self.ui.batch(epoch, progress.items_processed);
            let iteration = Some(self.state.batch);
            let item = TrainingItem::new(output, progress, iteration, Some(learning_rate.into()));
            self.emit(LearnerEvent::ProcessedItem(item))?;
        }
        self.state.sums = tally.read()?;
        self.state.epoch_seconds = earlier_seconds + started.elapsed().as_secs_f64();
        self.emit(LearnerEvent::EndSplit(epoch))?;
        Ok((self.state.sums, learning_rate))
    }

    /// Figures of the validation images; `None` where there are none.
    fn valid_pass(&mut self) -> Result<Option<Figures>, TrainError> {
        let total_items = self.valid.num_items();
        if total_items == 0 {
            return Ok(None);
        }
        let epoch_number = self.state.epoch;
        self.emit_valid(LearnerEvent::StartSplit {
            epoch_number,
            total_items,
        })?;
        let model = self.model.valid();
        let (model, loader) = match self.head_phase() {
            Some(phase) => (model.head_alone(), phase.valid.clone()),
            None => (model, self.valid.clone()),
        };
        let mut tally = Tally::default();
        let mut batches = loader.iter();
        while let Some(batch) = batches.next() {
            let batch = batch.map_err(|error| TrainError::Batch(error.to_string()))?;
            let output = InferenceStep::step(&model, batch);
            tally.add(&output)?;
            let item = TrainingItem::new(output, batches.progress(), None, None);
            self.emit_valid(LearnerEvent::ProcessedItem(item))?;
        }
        let sums = tally.read()?;
        self.emit_valid(LearnerEvent::EndSplit(epoch_number))?;
        Ok(Some(sums.means()))
    }

    fn record(&self, train: Figures, valid: Option<Figures>, learning_rate: f64) -> EpochRecord {
        let seconds = self.state.epoch_seconds;
        EpochRecord {
            epoch: self.state.epoch,
            learning_rate,
            train_loss: train.loss,
            train_accuracy: train.accuracy,
            valid_loss: valid.map(|figures| figures.loss),
            valid_accuracy: valid.map(|figures| figures.accuracy),
            train_seconds: seconds,
            images_per_second: self.state.sums.images() as f64 / seconds.max(1e-9),
        }
    }

    /// Writes what the epoch left: weights, history, and the checkpoint that makes it final.
    fn keep(&mut self, best: bool) -> Result<(), TrainError> {
        let run = &self.strategy.run;
        let weights = self.whole().to_safetensors()?;
        if best {
            run.write(WEIGHTS, &weights)?;
        }
        run.write(LAST_WEIGHTS, &weights)?;
        run.write(HISTORY, &to_csv(&self.state.history)?)?;
        checkpoint::save(run, &self.state, &self.model, &self.optimizer)?;
        Ok(())
    }

    /// The network as it is used, with the layers before those that are trained.
    fn whole(&self) -> Network {
        let network = self.model.valid().network;
        match (network, &self.strategy.parts.before) {
            (Network::Backbone(trained), Some(before)) => Network::Backbone(Backbone {
                features: before.clone(),
                head: trained.head,
            }),
            (network, _) => network,
        }
    }

    fn device(&self) -> Device {
        self.model.devices().first().cloned().unwrap_or_default()
    }

    fn emit(&mut self, event: LearnerEvent<StepOutput>) -> Result<(), TrainError> {
        (self.components.event_processor.process_train(event))
            .map_err(|error| TrainError::Device(error.to_string()))
    }

    fn emit_valid(&mut self, event: LearnerEvent<StepOutput>) -> Result<(), TrainError> {
        (self.components.event_processor.process_valid(event))
            .map_err(|error| TrainError::Device(error.to_string()))
    }
}

/// How a step moves the weights.
#[derive(Clone, Copy)]
pub struct Pace<'a> {
    pub learning_rate: f64,
    pub clip_norm: Option<f64>,
    pub freezing: Option<&'a Freezing>,
}

/// One step: forward, backward, clipping, optimizer.
pub fn step(
    model: Classifier,
    optimizer: &mut ModuleOptimizer,
    batch: ImageBatch,
    pace: Pace,
) -> (Classifier, StepOutput) {
    let step = TrainStep::step(&model, batch);
    let gradients = match pace.clip_norm {
        Some(limit) => clip_global_norm(&model, step.grads, limit),
        None => step.grads,
    };
    let groups = match pace.freezing {
        Some(freezing) => freezing.by_rate(&model, gradients),
        None => vec![(1.0, gradients)],
    };
    let model = groups
        .into_iter()
        .fold(model, |model, (factor, gradients)| {
            let rate = factor * pace.learning_rate;
            model.optimize(optimizer, rate.into(), gradients)
        });
    (model, step.item)
}

/// A seed of its own for every step (the finalizer of SplitMix64 over the three numbers).
fn step_seed(seed: u64, epoch: usize, batch: usize) -> u64 {
    let mut x = seed ^ ((epoch as u64) << 32) ^ batch as u64;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
