//! The training loop: epochs until a reason to stop.

use std::time::Instant;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::train::{Interrupter, LearnerEvent, TrainLoader, ValidLoader};

use super::checkpoint;
use super::classifier::Classifier;
use super::error::TrainError;
use super::events::Events;
use super::history::{EpochRecord, Figures, write_history};
use super::observer::EpochDone;
use super::settings::LoopSettings;
use super::state::TrainingState;
use super::stopping::{self, StoppedBy};
use super::tally::Sums;
use super::train_pass::TrainPass;
use super::valid_pass::valid_pass;
use super::weight_files::write_weights;
use crate::models::{Backbone, Network};

/// A training under way.
pub struct TrainingLoop<'a> {
    pub settings: &'a LoopSettings,
    pub model: Classifier,
    pub optimizer: ModuleOptimizer,
    pub state: TrainingState,
    pub train: TrainLoader<Classifier>,
    pub valid: ValidLoader<Classifier>,
    pub interrupter: Interrupter,
    pub events: Events,
}

impl TrainingLoop<'_> {
    /// Trains to the end.
    ///
    /// # Errors
    /// [`TrainError`]; what the last checkpoint holds is kept.
    pub fn run(&mut self) -> Result<StoppedBy, TrainError> {
        if self.settings.config.epochs == 0 {
            if self.state.history.is_empty() {
                self.save(true)?;
            }
            return Ok(StoppedBy::Epochs);
        }
        loop {
            let ended = match self.state.history.last() {
                Some(last) => stopping::ended(&self.settings.config, &self.state, last),
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
        let learning_rate = self.train_pass()?;
        self.state.seconds = before + started.elapsed().as_secs_f64();
        if self.interrupter.should_stop() {
            self.save_checkpoint()?;
            return Ok(false);
        }
        let valid = self.valid_pass()?;
        let record = self.record(valid, learning_rate);
        let settings = self.settings;
        let (monitor, min_delta) = (settings.monitor, settings.config.min_delta);
        let best = stopping::note_epoch(&mut self.state, &record, monitor, min_delta);
        self.state.seconds = before + started.elapsed().as_secs_f64();
        self.state.history.push(record.clone());
        self.state.epoch += 1;
        self.state.batch = 0;
        self.state.sums = Sums::default();
        self.state.epoch_seconds = 0.0;
        self.save(best)?;
        self.events.observer.epoch_done(EpochDone {
            record: &record,
            epochs: settings.config.epochs,
            best: best.then_some(monitor),
        });
        self.events.train(LearnerEvent::EndEpoch(record.epoch))?;
        Ok(true)
    }

    /// Trains on the batches that are left of the epoch, up to an interruption; gives the learning
    /// rate of the last.
    fn train_pass(&mut self) -> Result<f64, TrainError> {
        let epoch = self.state.epoch;
        let head_phase = self.settings.head_phase_of(epoch);
        let model = match &self.settings.freezing {
            Some(freezing) => freezing.apply(self.model.clone(), epoch),
            None => self.model.clone(),
        };
        let (model, loader) = match head_phase {
            Some(phase) => (model.head_alone(), &phase.train),
            None => (model, &self.train),
        };
        let pass = TrainPass {
            settings: self.settings,
            loader: loader.as_ref(),
            interrupter: &self.interrupter,
            events: &mut self.events,
            optimizer: &mut self.optimizer,
            state: &mut self.state,
        };
        let (model, passed) = pass.run(model);
        self.model = match head_phase {
            Some(_) => self.model.clone().with_head(model),
            None => model,
        };
        passed
    }

    /// Figures of the validation images; `None` where there are none.
    fn valid_pass(&mut self) -> Result<Option<Figures>, TrainError> {
        let total_items = self.valid.num_items();
        if total_items == 0 {
            return Ok(None);
        }
        let epoch = self.state.epoch;
        let model = self.model.valid();
        let (model, loader) = match self.settings.head_phase_of(epoch) {
            Some(phase) => (model.head_alone(), &phase.valid),
            None => (model, &self.valid),
        };
        let items = (epoch, total_items);
        valid_pass(&model, loader.as_ref(), items, &mut self.events).map(Some)
    }

    fn record(&self, valid: Option<Figures>, learning_rate: f64) -> EpochRecord {
        let train = self.state.sums.means();
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
    fn save(&self, is_best: bool) -> Result<(), TrainError> {
        let folder = &self.settings.folder;
        write_weights(folder, &self.whole_network(), is_best)?;
        write_history(folder, &self.state.history)?;
        self.save_checkpoint()
    }

    fn save_checkpoint(&self) -> Result<(), TrainError> {
        let folder = &self.settings.folder;
        checkpoint::save(folder, &self.state, &self.model, &self.optimizer)?;
        Ok(())
    }

    /// The network as it is used, with the layers before those that are trained.
    fn whole_network(&self) -> Network {
        let network = self.model.valid().network;
        match (network, &self.settings.frozen_layers) {
            (Network::Backbone(trained), Some(frozen)) => Network::Backbone(Backbone {
                features: frozen.clone(),
                head: trained.head,
            }),
            (network, _) => network,
        }
    }
}
