//! Folders of images, given by path.
//!
//! Every image is decoded once before training, so that a damaged file is reported by name at the
//! start and not in the middle of the third epoch. Images that fit the cache budget stay in memory;
//! others are decoded again when they are read.
//!
//! In order: `options`, `scan` and `store`, `decoding_pass`, `load`.

mod decoding_pass;
mod load;
mod options;
mod scan;
mod store;

pub use load::load_folder;
pub(super) use load::load_scanned;
pub use options::FolderOptions;
pub(super) use scan::{FolderScan, ScannedImage, ScannedSplit};
