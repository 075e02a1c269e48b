//! Training, validation and test images: split once, by seed, with every class in proportion.

use std::sync::Arc;

use super::measure::measure;
use super::split::Split;
use super::stratified::{cut, limit};
use crate::data::error::DataError;
use crate::data::normalization::{Normalization, Normalize};
use crate::data::store::{RawDataset, SkippedFile};
use crate::pixels::ImageShape;

/// A data set split for training.
#[derive(Clone)]
pub struct Dataset {
    pub name: String,
    pub shape: ImageShape,
    pub classes: Vec<String>,
    pub train: Split,
    /// Empty if no validation images are requested.
    pub valid: Split,
    pub test: Split,
    /// SHA-256 (hex) of the whole data set's content, before it was split.
    pub fingerprint: String,
    pub skipped: Vec<SkippedFile>,
}

/// How a [`RawDataset`] is split.
#[derive(Debug, Clone, Copy)]
pub struct SplitOptions {
    /// Fraction of the training images used for validation, in `[0, 1)`, if the data set has no
    /// validation images.
    pub valid_fraction: f64,
    /// Fraction used for the test, in `[0, 1)`, if the data set has no test images.
    pub test_fraction: f64,
    /// Limit of the training images, before validation images are taken from them.
    pub train_images: Option<usize>,
    /// Limit of the test images.
    pub test_images: Option<usize>,
    pub normalize: Normalize,
    /// `[mean, deviation]` of red, green and blue for [`Normalize::Pretrained`].
    pub pretrained: Option<[[f32; 3]; 2]>,
    /// Whether a data set without training images is accepted.
    pub may_be_untrained: bool,
    pub seed: u64,
}

impl Dataset {
    /// Splits `raw` by class and seed; the same options give the same images.
    ///
    /// # Errors
    /// No images are left to train on, no class has an image to spare for a split that `options`
    /// request, or an image cannot be read.
    pub fn split(raw: RawDataset, options: SplitOptions) -> Result<Self, DataError> {
        // Three independent draws from one seed.
        let [test_seed, limit_seed, valid_seed] = [1, 2, 3].map(|draw| options.seed ^ (draw << 56));
        let mut train = Split::whole(raw.train);
        let cuts_test = raw.test.is_none() && options.test_fraction > 0.0;
        let cuts_valid = raw.valid.is_none() && options.valid_fraction > 0.0;
        let counts = train.class_counts(raw.classes.len());
        if !train.is_empty() && (cuts_test || cuts_valid) && counts.iter().all(|&count| count <= 1)
        {
            return Err(DataError::NothingToSpare { name: raw.name });
        }
        let test = match raw.test {
            Some(store) => Split::whole(store),
            None => {
                let (rest, test) = cut(&train, options.test_fraction, test_seed);
                train = rest;
                test
            }
        };
        let train = limit(train, options.train_images, limit_seed);
        let (train, valid) = match raw.valid {
            Some(store) => (train, Split::whole(store)),
            None => cut(&train, options.valid_fraction, valid_seed),
        };
        if train.is_empty() && !options.may_be_untrained {
            return Err(DataError::NothingToTrainOn { name: raw.name });
        }
        let normalization = Arc::new(match options.normalize {
            Normalize::Unit => Normalization::unit(train.shape().channels),
            Normalize::PerImage => Normalization::per_image(),
            Normalize::Standard if train.is_empty() => {
                return Err(DataError::NothingToMeasure { name: raw.name });
            }
            Normalize::Standard => measure(&train)?,
            Normalize::Pretrained => match options.pretrained {
                Some(figures) => Normalization::pretrained(train.shape().channels, figures)?,
                None => Normalization::unit(train.shape().channels),
            },
        });
        let test = limit(test, options.test_images, limit_seed);
        Ok(Self {
            name: raw.name,
            shape: train.shape(),
            classes: raw.classes,
            train: train.normalized(&normalization),
            valid: valid.normalized(&normalization),
            test: test.normalized(&normalization),
            fingerprint: raw.fingerprint,
            skipped: raw.skipped,
        })
    }
}

#[cfg(test)]
mod tests;
