//! One pass over the training images.

use std::time::Instant;

use burn::data::dataloader::{DataLoader, Progress};
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::train::{Interrupter, LearnerEvent, TrainingItem};

use super::classifier::{Classifier, StepOutput};
use super::error::TrainError;
use super::events::Events;
use super::observer::BatchDone;
use super::settings::LoopSettings;
use super::state::TrainingState;
use super::step::{StepSettings, step, step_seed};
use super::tally::Tally;
use crate::batching::ImageBatch;

/// What a pass over the training images works with.
pub struct TrainPass<'a> {
    pub settings: &'a LoopSettings,
    pub loader: &'a dyn DataLoader<ImageBatch>,
    pub interrupter: &'a Interrupter,
    pub events: &'a mut Events,
    pub optimizer: &'a mut ModuleOptimizer,
    pub state: &'a mut TrainingState,
}

impl TrainPass<'_> {
    /// Trains `model` on the batches that are left of the epoch, up to an interruption, and notes in
    /// the state what they gave. Gives the model even where the pass fails, and the learning rate of
    /// the last step.
    pub fn run(mut self, model: Classifier) -> (Classifier, Result<f64, TrainError>) {
        let started = Instant::now();
        let seconds_before = self.state.epoch_seconds;
        let mut tally = Tally::from_sums(self.state.sums);
        let (model, passed) = self.batches(model, &mut tally);
        let ended = passed.and_then(|learning_rate| {
            self.state.sums = tally.read()?;
            self.state.epoch_seconds = seconds_before + started.elapsed().as_secs_f64();
            let ended = LearnerEvent::EndSplit(self.state.epoch);
            self.events.train(ended)?;
            Ok(learning_rate)
        });
        (model, ended)
    }

    /// `model` moves from step to step: the optimizer writes over a parameter in place where nobody
    /// else holds it.
    fn batches(
        &mut self,
        mut model: Classifier,
        tally: &mut Tally,
    ) -> (Classifier, Result<f64, TrainError>) {
        let settings = self.settings;
        let config = &settings.config;
        let epoch = self.state.epoch;
        // Of the last step, also when a resumed epoch has none left.
        let last = self.state.batch.saturating_sub(1);
        let mut learning_rate = settings.schedule.learning_rate(epoch, last);
        let begun = self.events.train(LearnerEvent::StartSplit {
            epoch_number: epoch,
            total_items: settings.images_per_epoch,
        });
        if let Err(error) = begun {
            return (model, Err(error));
        }
        settings.position.set(epoch, self.state.batch);
        let mut batches = self.loader.iter();
        let device = model.devices().first().cloned().unwrap_or_default();
        while !self.interrupter.should_stop() {
            if let Err(error) = self.events.check_cancelled() {
                return (model, Err(error));
            }
            let batch = match batches.next() {
                Some(Ok(batch)) => batch,
                Some(Err(error)) => return (model, Err(TrainError::Batch(error.to_string()))),
                None => break,
            };
            // Dropout masks then depend on the step alone, not on what was drawn before.
            device.seed(step_seed(config.seed, epoch, self.state.batch));
            learning_rate = settings.schedule.learning_rate(epoch, self.state.batch);
            let step_settings = StepSettings {
                learning_rate,
                clip_norm: config.gradient_clip_norm,
                freezing: settings.freezing.as_ref(),
            };
            let (next, output) = step(model, self.optimizer, batch, step_settings);
            model = next;
            let noted = self.note(tally, output, batches.progress(), learning_rate);
            if let Err(error) = noted {
                return (model, Err(error));
            }
        }
        (model, Ok(learning_rate))
    }

    /// Takes note of a step.
    fn note(
        &mut self,
        tally: &mut Tally,
        output: StepOutput,
        progress: Progress,
        learning_rate: f64,
    ) -> Result<(), TrainError> {
        tally.add(&output)?;
        self.state.batch += 1;
        self.events.observer.batch_done(BatchDone {
            epoch: self.state.epoch,
            epochs: self.settings.config.epochs,
            images: progress.items_processed,
            images_per_epoch: self.settings.images_per_epoch,
        });
        let iteration = Some(self.state.batch);
        let item = TrainingItem::new(output, progress, iteration, Some(learning_rate.into()));
        self.events.train(LearnerEvent::ProcessedItem(item))
    }
}
