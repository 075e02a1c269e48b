//! The data sets that are known by name: what they are, where their files come from and lie.

mod download;
mod entries;
mod entry;
mod location;
mod published;

pub use download::download;
pub use entries::{CATALOG, find};
pub use entry::{DatasetEntry, Source, folder_of, is_present};
pub use location::{DATA_DIR_VARIABLE, data_dir};
