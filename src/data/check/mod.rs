//! Checks on the data before a network learns from it.
//!
//! All of them look at the images in the size that the network gets: what is the same there is the
//! same to the network. Not all that a check finds is a fault, so that findings have levels, and
//! only a leak above the limit that the configuration sets keeps a training from starting.

mod background;
mod duplicates;
mod files;
mod finding;

use std::fmt;

use rayon::prelude::*;
use serde::Serialize;

use crate::data::error::DataError;
use crate::data::splits::{Dataset, Split};
use crate::data::store::SkippedFile;
use crate::pixels::ImageShape;
use crate::progress::Progress;
use duplicates::Candidate;

pub use background::Background;
pub use duplicates::Counts;
pub use files::Files;
pub use finding::{About, Finding, Level, adjective};

/// The splits in their order.
pub const SPLITS: [&str; 3] = ["train", "valid", "test"];

/// What was found.
#[derive(Debug, Serialize)]
pub struct DataCheck {
    pub dataset: String,
    /// What the network gets.
    pub input: ImageShape,
    pub classes: Vec<ClassCheck>,
    /// Of [`SPLITS`].
    pub images: [usize; SPLITS.len()],
    /// Files that could not be read.
    pub unreadable: Vec<SkippedFile>,
    /// Where the images have files of their own.
    pub files: Option<Files>,
    pub background: Option<Background>,
    /// Images of one colour.
    pub constant: Vec<Place>,
    /// Pairs of images that are the same, exactly or nearly, those across splits first and not
    /// more than 1,000.
    pub pairs: Vec<Pair>,
    pub all_pairs: usize,
    pub findings: Vec<Finding>,
}

/// A class in numbers.
#[derive(Debug, Serialize)]
pub struct ClassCheck {
    pub name: String,
    /// Of [`SPLITS`].
    pub images: [usize; SPLITS.len()],
}

/// An image of the data set.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    pub split: &'static str,
    /// In the split.
    pub index: usize,
    pub class: String,
    /// Its file, or its number in the data set's.
    pub origin: String,
}

/// Two images that show the same.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    pub images: [Place; 2],
    /// Bits of 64 by which their perceptual hashes differ; `None` where they are the same value
    /// for value.
    pub bits: Option<u32>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let split = adjective(self.split);
        write!(
            f,
            "{split} image {} ({}, {})",
            self.index, self.class, self.origin
        )
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.images;
        match self.bits {
            None => write!(f, "{one} is {other}"),
            Some(bits) => write!(f, "{one} is nearly {other}: {bits} of 64 bits differ"),
        }
    }
}

/// Looks at every image of `dataset`.
///
/// `max_leak_fraction` of the validation or test images may be in another split as well before
/// that is an error; `balanced` tells that the loss makes up for classes of different sizes.
///
/// # Errors
/// An image can no longer be read.
pub fn check(
    dataset: &Dataset,
    max_leak_fraction: f64,
    balanced: bool,
    progress: &dyn Progress,
) -> Result<DataCheck, DataError> {
    let splits = [&dataset.train, &dataset.valid, &dataset.test];
    let mut candidates = Vec::new();
    for (number, split) in splits.into_iter().enumerate() {
        candidates.extend(sketched(number, split)?);
    }
    let place = |position: usize| {
        let Candidate {
            split,
            index,
            label,
            ..
        } = candidates[position];
        Place {
            split: SPLITS[split],
            index,
            class: dataset.classes[label].clone(),
            origin: splits[split].origin(index),
        }
    };
    let duplicates = duplicates::find(&candidates, progress);
    let counts = splits.map(|split| split.class_counts(dataset.classes.len()));
    let constant = (0..candidates.len()).filter(|&at| candidates[at].sketch.constant);
    let mut check = DataCheck {
        dataset: dataset.name.clone(),
        input: dataset.shape,
        classes: (dataset.classes.iter().enumerate())
            .map(|(class, name)| ClassCheck {
                name: name.clone(),
                images: [0, 1, 2].map(|split| counts[split][class]),
            })
            .collect(),
        images: splits.map(Split::len),
        unreadable: dataset.skipped.clone(),
        files: Files::new(&splits, dataset.shape),
        background: Background::new(&candidates, dataset.classes.len()),
        constant: constant.map(place).collect(),
        pairs: (duplicates.twins.iter())
            .map(|twins| Pair {
                images: [twins.first, twins.second].map(place),
                bits: twins.bits,
            })
            .collect(),
        all_pairs: duplicates.pairs,
        findings: Vec::new(),
    };
    check.findings = finding::all(&check, &duplicates, max_leak_fraction, balanced);
    Ok(check)
}

fn sketched(number: usize, split: &Split) -> Result<Vec<Candidate>, DataError> {
    let room = || vec![0; split.shape().len()];
    let sketches = (0..split.len())
        .into_par_iter()
        .map_init(room, |pixels, index| {
            Ok(Candidate {
                split: number,
                index,
                label: split.label(index),
                sketch: split.sketch(index, pixels)?,
            })
        });
    sketches.collect()
}

impl DataCheck {
    /// The error that a training must not start with, if there is one.
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

    /// Some pairs of images that `finding` is about, the most telling first.
    pub fn pairs_of<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = &'a Pair> {
        (self.pairs.iter()).filter(|pair| finding.concerns(pair))
    }
}

#[cfg(test)]
mod tests;
