//! What the builders of all networks receive.

use super::init::LayerBuilder;
use super::shape::FeatureShape;
use crate::pixels::ImageShape;

/// What a network is built for, and the builder of its layers.
pub struct Build<'a> {
    /// The shape of the images.
    pub input: ImageShape,
    pub classes: usize,
    /// Builds layers with random weights, in the order of the calls.
    pub layers: LayerBuilder<'a>,
}

impl Build<'_> {
    /// Number of values per image.
    pub fn input_len(&self) -> usize {
        FeatureShape::from(self.input).len()
    }
}
