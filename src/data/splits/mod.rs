//! Training, validation and test images, and the normalization measured on the first.
//!
//! In order: `split`; `stratified`, `measure` and `contact_sheet`; `dataset`.

mod contact_sheet;
mod dataset;
mod measure;
mod split;
mod stratified;

pub use contact_sheet::contact_sheet;
pub use dataset::{Dataset, SplitOptions};
pub use split::Split;
