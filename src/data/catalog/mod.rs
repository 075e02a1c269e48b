//! The data sets that are known by name: what they are, and where their files are published and kept.
//!
//! A new data set is one file and one line of [`CATALOG`]: help, listings, downloads and tests derive
//! from it. Folders of images are not in it, because they are given by path.
//!
//! In order: `entry` and `location`, `download`, one file for each data set.

mod cats_vs_dogs;
mod digits;
mod download;
mod entry;
mod fashion_mnist;
mod garments;
mod location;
mod mnist;
mod oxford_pets;
mod pets;
#[cfg(test)]
mod tests;

use super::error::DataError;
use crate::text::did_you_mean;

pub use download::download;
pub use entry::{DatasetEntry, Source, folder_of, is_present};
pub use location::{DATA_DIR_VARIABLE, data_dir};

/// Every data set known by name.
pub const CATALOG: &[DatasetEntry] = &[
    garments::ENTRY,
    digits::ENTRY,
    pets::ENTRY,
    mnist::ENTRY,
    fashion_mnist::ENTRY,
    cats_vs_dogs::ENTRY,
    oxford_pets::ENTRY,
];

/// The entry called `name`.
///
/// # Errors
/// There is none; the error suggests the most similar name and lists all.
pub fn find(name: &str) -> Result<&'static DatasetEntry, DataError> {
    let exact = CATALOG.iter().find(|entry| entry.name == name);
    exact.ok_or_else(|| {
        let known: Vec<&str> = CATALOG.iter().map(|entry| entry.name).collect();
        DataError::UnknownDataset {
            name: name.to_owned(),
            suggestion: did_you_mean(name, known.iter().copied()),
            known: known.join(", "),
        }
    })
}
