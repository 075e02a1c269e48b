//! Sums over the images of an epoch.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::classifier::StepOutput;
use super::error::TrainError;
use super::history::Figures;

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
        self.pending.push(output.loss.clone());
        self.pending.push(output.correct.clone());
        self.pending_images.push(output.images);
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
