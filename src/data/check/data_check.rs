//! The results of all checks on a data set.

use serde::Serialize;

use super::background::Background;
use super::files::Files;
use super::finding::{Finding, Level};
use super::place::{Pair, Place, SPLITS};
use crate::data::error::DataError;
use crate::data::store::SkippedFile;
use crate::pixels::ImageShape;

/// The results of all checks.
#[derive(Debug, Serialize)]
pub struct DataCheck {
    pub dataset: String,
    /// Input size of the network, `[channels, height, width]`.
    pub input: ImageShape,
    pub classes: Vec<ClassCheck>,
    /// Number of images in each of [`SPLITS`].
    pub images: [usize; SPLITS.len()],
    /// Files that could not be read.
    pub unreadable: Vec<SkippedFile>,
    /// `None` if the images have no files of their own.
    pub files: Option<Files>,
    /// `None` if there are no training images.
    pub background: Option<Background>,
    /// Images of one colour.
    pub constant: Vec<Place>,
    /// Pairs of exact or near duplicates, those across splits first; at most 1,000.
    pub pairs: Vec<Pair>,
    /// Number of all pairs.
    pub all_pairs: usize,
    /// The most severe first.
    pub findings: Vec<Finding>,
}

/// The size of a class.
#[derive(Debug, Serialize)]
pub struct ClassCheck {
    pub name: String,
    /// Number of images in each of [`SPLITS`].
    pub images: [usize; SPLITS.len()],
}

impl DataCheck {
    /// Refuses a data set with more duplicates across splits than the configuration allows.
    ///
    /// # Errors
    /// [`DataError::Leak`]
    pub fn refuse_leaks(&self) -> Result<(), DataError> {
        let leak = (self.findings.iter()).find(|finding| finding.level == Level::Error);
        match leak {
            None => Ok(()),
            Some(leak) => Err(DataError::Leak {
                name: self.dataset.clone(),
                leak: leak.to_string(),
            }),
        }
    }

    /// Some examples of `finding`, the most severe first.
    pub fn pairs_of<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = &'a Pair> {
        (self.pairs.iter()).filter(|pair| finding.concerns(pair))
    }
}
