//! Images with labels: where they live, how they are read, and what is refused.
//!
//! Everything downstream sees a [`RawDataset`] of [`ImageStore`]s and never a file format, so
//! IDX archives, folders of photographs and drawn images train through the same code. The files
//! are read once, strictly: a data set that is cut short or mislabelled is refused here, by
//! name, rather than found out about as a strange accuracy later.
//!
//! In the order the data flows: [`decoding`] one image file, [`sources`] of whole data sets and
//! [`synthetic`] ones, the [`catalog`] of known names, [`splits`], and the [`check`] of them.

pub mod catalog;
pub mod check;
pub mod decoding;
mod error;
pub mod sources;
pub mod splits;
mod store;
pub mod synthetic;

pub use decoding::{FileFacts, ImageOptions, Sketch};
pub use error::DataError;
pub use splits::{Dataset, Normalization, Normalize, Split, SplitOptions, Tables, contact_sheet};
pub use store::{ImageStore, RawDataset, SkippedFile};
