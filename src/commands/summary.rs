//! `summary.json`: a run in a few figures, for people and programs.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::train::Session;
use crate::data::SkippedFile;
use crate::evaluation::Evaluation;
use crate::training::{EpochRecord, Figures, Finished, StoppedBy};

/// What a training came to.
#[derive(Debug, Serialize)]
pub struct Summary {
    run: String,
    convlab: &'static str,
    burn: &'static str,
    backend: &'static str,
    device: String,
    model: String,
    dataset: String,
    /// SHA-256 of the data set's content.
    fingerprint: String,
    seed: u64,
    /// Trainable ones.
    parameters: usize,
    /// Number in each split.
    images: BTreeMap<&'static str, usize>,
    epochs_run: usize,
    stopped_by: StoppedBy,
    /// The epoch whose weights are in `model.safetensors`.
    best_epoch: Option<usize>,
    /// Of the best epoch, while it was trained.
    train: Option<Figures>,
    /// Of the best epoch.
    valid: Option<Figures>,
    /// Of the best epoch's weights.
    test: Option<TestFigures>,
    /// Training images per second, over all epochs.
    images_per_second: f64,
    /// Training and validation, over all sessions of the run.
    seconds: f64,
    skipped: Vec<SkippedFile>,
}

/// Figures of the test images.
#[derive(Debug, Serialize)]
pub struct TestFigures {
    loss: f64,
    accuracy: f64,
    images: usize,
}

impl From<&Evaluation> for TestFigures {
    fn from(evaluation: &Evaluation) -> Self {
        Self {
            loss: evaluation.loss,
            accuracy: evaluation.accuracy,
            images: evaluation.images,
        }
    }
}

impl Summary {
    /// The summary of a training that has ended.
    pub(super) fn new(session: &Session, finished: &Finished, test: Option<TestFigures>) -> Self {
        let Session {
            backend,
            dataset,
            card,
            ..
        } = session;
        let history = &finished.state.history;
        let best_epoch = finished.state.best.map(|best| best.epoch);
        let best = best_epoch.and_then(|epoch| history.iter().find(|record| record.epoch == epoch));
        let passed = |record: &EpochRecord| record.images_per_second * record.train_seconds;
        // Not `sum`: that of nothing is minus zero.
        let images = history
            .iter()
            .map(passed)
            .fold(0.0, |all, of_epoch| all + of_epoch);
        let train_seconds: f64 = history.iter().map(|record| record.train_seconds).sum();
        Self {
            run: session.run.name(),
            convlab: env!("CARGO_PKG_VERSION"),
            burn: BURN,
            backend: backend.name,
            device: format!("{:?}", backend.device),
            model: card.model.clone(),
            dataset: card.dataset.clone(),
            fingerprint: dataset.fingerprint.clone(),
            seed: session.experiment.training.seed,
            parameters: card.parameters,
            images: BTreeMap::from([
                ("train", dataset.train.len()),
                ("valid", dataset.valid.len()),
                ("test", dataset.test.len()),
            ]),
            epochs_run: history.len(),
            stopped_by: finished.stopped_by,
            best_epoch,
            train: best.map(|record| record.train()),
            valid: best.and_then(|record| record.valid()),
            test,
            images_per_second: images / train_seconds.max(1e-9),
            seconds: finished.state.seconds,
            skipped: dataset.skipped.clone(),
        }
    }
}

/// The version of Burn in Cargo.toml, which a test compares.
const BURN: &str = "0.22.1";

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.stopped_by {
            StoppedBy::Epochs => "all epochs are done",
            StoppedBy::Stop => "training.stop was reached",
            StoppedBy::Patience => "the monitored figure no longer improved",
            StoppedBy::NotFinite => "the loss was no longer a finite number",
            StoppedBy::Interrupted => "it was interrupted",
        };
        write!(f, "{} on {}: ", self.model, self.dataset)?;
        match self.epochs_run {
            0 => writeln!(f, "not trained; stopped because {why}")?,
            epochs => writeln!(
                f,
                "{epochs} epochs in {:.1} s, {:.0} images/s; stopped because {why}",
                self.seconds, self.images_per_second
            )?,
        }
        if let Some(epoch) = self.best_epoch {
            writeln!(f, "best epoch {epoch}:")?;
        }
        let test = self.test.as_ref().map(|test| Figures {
            loss: test.loss,
            accuracy: test.accuracy,
        });
        for (name, figures) in [("train", self.train), ("valid", self.valid), ("test", test)] {
            if let Some(Figures { loss, accuracy }) = figures {
                let percent = 100.0 * accuracy;
                writeln!(f, "  {name:<6} loss {loss:.4}  accuracy {percent:.2}%")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_of_burn_is_that_in_cargo_toml() {
        let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
        let version = manifest["dependencies"]["burn"]["version"].as_str();
        assert_eq!(version, Some(super::BURN));
    }
}
