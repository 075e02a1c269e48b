//! The sketches of all images, which the checks compare.

use rayon::prelude::*;

use crate::data::decoding::Sketch;
use crate::data::error::DataError;
use crate::data::splits::Split;

/// An image of one of the splits.
pub(super) struct SketchedImage {
    /// Position in [`SPLITS`](super::SPLITS).
    pub split: usize,
    /// Position in the split.
    pub index: usize,
    pub label: usize,
    pub sketch: Sketch,
}

/// The sketches of the images of `splits`, in order.
///
/// # Errors
/// An image can no longer be read.
pub(super) fn sketch_all(splits: &[&Split]) -> Result<Vec<SketchedImage>, DataError> {
    let mut images = Vec::new();
    for (number, split) in splits.iter().enumerate() {
        images.extend(sketch_split(number, split)?);
    }
    Ok(images)
}

fn sketch_split(number: usize, split: &Split) -> Result<Vec<SketchedImage>, DataError> {
    let buffer = || vec![0; split.shape().len()];
    let sketches = (0..split.len())
        .into_par_iter()
        .map_init(buffer, |pixels, index| {
            Ok(SketchedImage {
                split: number,
                index,
                label: split.label(index),
                sketch: split.sketch(index, pixels)?,
            })
        });
    sketches.collect()
}
