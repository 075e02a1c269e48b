//! `history.csv`: what each epoch gave.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::TrainError;
use crate::experiment::Metric;
use crate::storage::{self, StorageError};

/// A row per finished epoch.
pub const HISTORY: &str = "history.csv";

/// Means over images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub loss: f64,
    /// Share of images classified correctly, `0` to `1`.
    pub accuracy: f64,
}

/// A row of `history.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// From 1.
    pub epoch: usize,
    /// At the epoch's last step.
    pub learning_rate: f64,
    /// Over the epoch while the weights were changing, as Keras counts.
    pub train_loss: f64,
    pub train_accuracy: f64,
    pub valid_loss: Option<f64>,
    pub valid_accuracy: Option<f64>,
    pub train_seconds: f64,
    /// Training images per second.
    pub images_per_second: f64,
}

impl EpochRecord {
    /// The figure `metric`; `None` for validation figures without validation images.
    pub fn metric(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::TrainLoss => Some(self.train_loss),
            Metric::TrainAccuracy => Some(self.train_accuracy),
            Metric::ValidLoss => self.valid_loss,
            Metric::ValidAccuracy => self.valid_accuracy,
        }
    }

    pub fn train(&self) -> Figures {
        Figures {
            loss: self.train_loss,
            accuracy: self.train_accuracy,
        }
    }

    pub fn valid(&self) -> Option<Figures> {
        Some(Figures {
            loss: self.valid_loss?,
            accuracy: self.valid_accuracy?,
        })
    }
}

/// Whether an epoch was finished in `folder`.
pub fn has_history(folder: &Path) -> bool {
    folder.join(HISTORY).exists()
}

/// Writes the history of the run in `folder`.
///
/// # Errors
/// It cannot be encoded or written.
pub fn write_history(folder: &Path, history: &[EpochRecord]) -> Result<(), TrainError> {
    Ok(storage::write(&folder.join(HISTORY), &to_csv(history)?)?)
}

/// The history of the run in `folder`.
///
/// # Errors
/// The file is missing, or a line of it is no record.
pub fn read_history(folder: &Path) -> Result<Vec<EpochRecord>, StorageError> {
    let path = folder.join(HISTORY);
    let bytes = std::fs::read(&path).map_err(|source| StorageError::Read {
        path: path.clone(),
        source,
    })?;
    let records = csv::Reader::from_reader(bytes.as_slice())
        .deserialize()
        .collect::<Result<_, csv::Error>>();
    records.map_err(|error| StorageError::Damaged {
        path,
        reason: error.to_string(),
    })
}

fn to_csv(history: &[EpochRecord]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in history {
        writer.serialize(record)?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let record = EpochRecord {
            epoch: 1,
            learning_rate: 0.1,
            train_loss: 1.0 / 3.0,
            train_accuracy: 0.5,
            valid_loss: None,
            valid_accuracy: None,
            train_seconds: 2.0,
            images_per_second: 150.0,
        };
        assert!(!has_history(folder.path()));
        write_history(folder.path(), std::slice::from_ref(&record)).unwrap();
        assert_eq!(read_history(folder.path()).unwrap(), [record]);
    }

    #[test]
    fn a_line_that_is_no_record_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(HISTORY), "epoch\nfirst\n").unwrap();
        let error = read_history(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is damaged"), "{error}");
    }
}
