//! Looking into a trained network: what each layer makes of a picture, and what its filters look
//! for.
//!
//! [`Journey`] keeps the output of every layer; [`activity`] tells over many images which filters
//! never answer; [`filters`] draws first kernels and the images that excite later ones most.

mod activity;
mod canvas;
mod filters;
mod journey;

pub use activity::{LayerActivity, activity, read};
pub use canvas::{Tile, map, photo, rows};
pub use filters::{Favourites, favourites, first_kernels};
pub use journey::{Journey, Station, Subject, common_range, compare, every_filter, first_alike};

/// Images per pass: few, for all that a layer makes of them is in memory at once.
const BATCH: usize = 32;

/// Looking into a network failed.
#[derive(Debug, thiserror::Error)]
pub enum InspectionError {
    #[error(transparent)]
    Data(#[from] crate::data::DataError),
    #[error("the device failed: {0}")]
    Device(String),
    #[error(
        "the network answers with infinite values or none at all, which cannot be drawn; train it with a lower learning rate"
    )]
    NotFinite,
}

#[cfg(test)]
mod tests;
