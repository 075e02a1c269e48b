//! Checks on the data before a network is trained on it.
//!
//! All checks use the images at the input size of the network: images that are equal there are equal
//! to the network. Not every finding is an error, so findings have levels; only a leak above the
//! limit of the configuration prevents training.
//!
//! In order: `place` and `sketched_image`, `duplicates`, `background` and `files`, `finding` and
//! `finding_text`, `data_check`, `conclusions`.

mod background;
mod conclusions;
mod data_check;
mod duplicates;
mod files;
mod finding;
mod finding_text;
mod place;
mod sketched_image;
#[cfg(test)]
mod tests;

use super::error::DataError;
use super::splits::{Dataset, Split};
use crate::progress::Progress;
use conclusions::conclude;
use sketched_image::{SketchedImage, sketch_all};

pub use background::Background;
pub use data_check::{ClassCheck, DataCheck};
pub use duplicates::Counts;
pub use files::Files;
pub use finding::{About, Finding, Level};
pub use place::{Pair, Place, SPLITS, adjective};

/// Runs all checks on `dataset`.
///
/// More duplicates in another split than `max_leak_fraction` of the validation or test images are an
/// error; `balanced` says that the loss compensates for classes of different sizes. `progress`
/// counts the images that are compared.
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
    let images = sketch_all(&splits)?;
    let place = |position: usize| {
        let SketchedImage {
            split,
            index,
            label,
            ..
        } = images[position];
        Place {
            split: SPLITS[split],
            index,
            class: dataset.classes[label].clone(),
            origin: splits[split].origin(index),
        }
    };
    let duplicates = duplicates::find(&images, progress);
    let counts = splits.map(|split| split.class_counts(dataset.classes.len()));
    let constant = (0..images.len()).filter(|&at| images[at].sketch.constant);
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
        background: Background::new(&images, dataset.classes.len()),
        constant: constant.map(place).collect(),
        pairs: (duplicates.pairs.iter())
            .map(|pair| Pair {
                images: [pair.first, pair.second].map(place),
                bits: pair.bits,
            })
            .collect(),
        all_pairs: duplicates.all_pairs,
        findings: Vec::new(),
    };
    check.findings = conclude(&check, &duplicates, max_leak_fraction, balanced);
    Ok(check)
}
