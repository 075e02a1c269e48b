//! Looking into a trained network: the activations of every layer, and what its filters respond to.
//!
//! [`Activations`] are the outputs of every layer for one image, drawn by [`compare_images`] and
//! [`all_filters`]. [`activation_statistics`] finds dead filters over many images.
//! [`first_kernels`] draws the first convolution, and [`top_activations`] finds the images that
//! filters of later ones respond to most. [`augmentation_sheet`] draws what augmentation makes of
//! training images.

mod activation_maps;
mod activations;
mod augmentation_sheet;
mod error;
mod kernels;
mod statistics;
mod tensor;
mod top_activations;

pub use activation_maps::{all_filters, common_range, compare_images};
pub use activations::{Activations, LayerActivations, NamedImage, first_of_one_class};
pub use augmentation_sheet::augmentation_sheet;
pub use error::InspectionError;
pub use kernels::first_kernels;
pub use statistics::{LayerStatistics, activation_statistics};
pub use tensor::to_vec;
pub use top_activations::{TopActivations, top_activations};

#[cfg(test)]
mod tests;
