//! Data sets in the IDX format.
//!
//! In order: `file` and `class_names`, `split`, `folder`.

mod class_names;
mod file;
mod folder;
mod split;

pub use folder::{TEST_FILES, TRAIN_FILES, load_idx, load_idx_folder};
