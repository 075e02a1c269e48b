//! `summary.json`

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::card::ModelCard;
use super::error::RunError;
use super::folder::{RunFolder, SUMMARY};
use super::version::read_run;
use crate::data::{Dataset, SkippedFile};
use crate::device::Backend;
use crate::evaluation::Evaluation;
use crate::storage::{StorageError, read_json};
use crate::training::{EpochRecord, Figures, Finished, StoppedBy};

/// The version of Burn in Cargo.toml, which a test compares.
const BURN: &str = "0.22.1";

/// `summary.json`: a training in a few figures, for people and programs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the run.
    pub run: String,
    /// Version of this program.
    pub convlab: String,
    pub burn: String,
    pub backend: String,
    pub device: String,
    pub model: String,
    pub dataset: String,
    /// SHA-256 of the data set's content.
    pub fingerprint: String,
    pub seed: u64,
    /// Number of trainable ones.
    pub parameters: usize,
    /// Number in each split: `train`, `valid`, `test`.
    pub images: BTreeMap<String, usize>,
    pub epochs_run: usize,
    pub stopped_by: StoppedBy,
    /// The epoch whose weights are in `model.safetensors`.
    pub best_epoch: Option<usize>,
    /// Of the best epoch, while it was trained.
    pub train: Option<Figures>,
    /// Of the best epoch.
    pub valid: Option<Figures>,
    /// Of the best epoch's weights.
    pub test: Option<TestFigures>,
    /// Training images per second, over all epochs.
    pub images_per_second: f64,
    /// Training and validation, over all sessions of the run.
    pub seconds: f64,
    /// Files that were left out of the data set.
    #[serde(default)]
    pub skipped: Vec<SkippedFile>,
}

/// Figures of the test images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestFigures {
    /// NaN where the network does not answer with finite numbers; `null` in the file.
    #[serde(deserialize_with = "number_or_null")]
    pub loss: f64,
    /// Share of images classified correctly, `0` to `1`.
    pub accuracy: f64,
    pub images: usize,
}

/// JSON has no NaN: serde_json writes `null`.
fn number_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = Option::<f64>::deserialize(deserializer)?;
    Ok(number.unwrap_or(f64::NAN))
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
    /// The summary of a training of seed `seed` on `dataset` that has ended.
    pub fn new(
        (folder, card): (&RunFolder, &ModelCard),
        (backend, seed): (&Backend, u64),
        dataset: &Dataset,
        finished: &Finished,
        test: Option<TestFigures>,
    ) -> Self {
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
            run: folder.name(),
            convlab: env!("CARGO_PKG_VERSION").into(),
            burn: BURN.into(),
            backend: backend.name.into(),
            device: format!("{:?}", backend.device),
            model: card.model.clone(),
            dataset: card.dataset.clone(),
            fingerprint: dataset.fingerprint.clone(),
            seed,
            parameters: card.parameters,
            images: BTreeMap::from([
                ("train".into(), dataset.train.len()),
                ("valid".into(), dataset.valid.len()),
                ("test".into(), dataset.test.len()),
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

    /// The summary in the folder of a run.
    ///
    /// # Errors
    /// The training has not ended, or the file is damaged.
    pub fn read(folder: &RunFolder) -> Result<Self, RunError> {
        let path = folder.file(SUMMARY);
        match path.is_file() {
            true => read_run(folder, read_json(&path).map_err(RunError::from)),
            false => Err(RunError::NotEnded {
                path: folder.path().to_path_buf(),
                file: SUMMARY,
            }),
        }
    }

    /// # Errors
    /// [`StorageError::Write`]
    pub fn write(&self, folder: &RunFolder) -> Result<(), StorageError> {
        folder.write_json(SUMMARY, self)
    }
}

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
mod tests;
