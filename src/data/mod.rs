//! Images with labels: where they are, how they are read, and what is refused.
//!
//! All other modules see a [`RawDataset`] of [`ImageStore`]s and no file format, so that IDX files,
//! folders of photographs and drawn images train with the same code. Files are read strictly and
//! before training: a truncated or mislabelled data set is refused with the name of the file.
//!
//! In order: `error`, [`decoding`] of image files, `normalization`, `store`, [`sources`] of whole
//! data sets and [`synthetic`] ones, the [`catalog`] of known names, [`splits`], and the [`check`]
//! of these.

pub mod catalog;
pub mod check;
pub mod decoding;
mod error;
mod normalization;
pub mod sources;
pub mod splits;
mod store;
pub mod synthetic;

pub use decoding::{FileFacts, ImageOptions, Sketch};
pub use error::{DataError, ImageFileError};
pub use normalization::{Normalization, Normalize, Tables};
pub use splits::{Dataset, Split, SplitOptions, contact_sheet};
pub use store::{ImageStore, RawDataset, SkippedFile};
