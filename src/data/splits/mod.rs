//! Training, validation and test images, and the normalisation measured on the first.

mod normalization;
mod sheet;
mod split;

pub use normalization::{Normalization, Normalize, Tables};
pub use sheet::contact_sheet;
pub use split::{Dataset, Split, SplitOptions};
