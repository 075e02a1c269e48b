//! What each epoch gave, and the sums it is made of.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::TrainError;
use super::classifier::StepOutput;
use crate::experiment::Metric;

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

/// The history as CSV.
///
/// # Errors
/// The CSV writer failed.
pub fn to_csv(history: &[EpochRecord]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in history {
        writer.serialize(record)?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// Reads what [`to_csv`] wrote.
///
/// # Errors
/// A line is no record.
pub fn from_csv(bytes: &[u8]) -> Result<Vec<EpochRecord>, csv::Error> {
    csv::Reader::from_reader(bytes).deserialize().collect()
}

/// Sums over the images seen so far; what a checkpoint keeps of a half-done epoch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Sums {
    loss: f64,
    correct: f64,
    images: usize,
}

impl Sums {
    pub fn images(&self) -> usize {
        self.images
    }

    /// Means over the images.
    pub fn means(&self) -> Figures {
        let images = self.images.max(1) as f64;
        Figures {
            loss: self.loss / images,
            accuracy: self.correct / images,
        }
    }
}

/// Adds up batches, reading back from the device only now and then: each read waits for it.
#[derive(Default)]
pub struct Tally {
    sums: Sums,
    pending: Vec<Tensor<1>>,
    pending_images: Vec<usize>,
}

const BATCHES_PER_READ: usize = 32;

impl Tally {
    pub fn from_sums(sums: Sums) -> Self {
        Self {
            sums,
            ..Self::default()
        }
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// [`TrainError::NotFinite`] once a loss read back is not a number, or the device fails.
    pub fn add(&mut self, output: &StepOutput) -> Result<(), TrainError> {
        let [images] = output.targets.dims();
        self.pending.push(output.loss.clone());
        self.pending.push(output.correct());
        self.pending_images.push(images);
        match self.pending_images.len() >= BATCHES_PER_READ {
            true => self.read().map(drop),
            false => Ok(()),
        }
    }

    /// The sums over all batches added.
    ///
    /// # Errors
    /// See [`add`](Self::add).
    pub fn read(&mut self) -> Result<Sums, TrainError> {
        if self.pending.is_empty() {
            return Ok(self.sums);
        }
        let values = Tensor::cat(std::mem::take(&mut self.pending), 0)
            .try_into_data()
            .map_err(|error| TrainError::Device(error.to_string()))?;
        let mut values = values.iter::<f32>().map(f64::from);
        for images in self.pending_images.drain(..) {
            let (loss, correct) = (values.next(), values.next());
            let loss = loss
                .filter(|loss| loss.is_finite())
                .ok_or(TrainError::NotFinite)?;
            self.sums.loss += loss * images as f64;
            self.sums.correct += correct.unwrap_or_default();
            self.sums.images += images;
        }
        Ok(self.sums)
    }
}
