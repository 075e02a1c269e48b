//! Average pooling to a given output size: the windows follow from the size of the input.

use burn::nn::pool::AdaptiveAvgPool2d;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::epilogue::NextLayers;
use super::kind::LayerKind;

impl LayerKind for AdaptiveAvgPool2d {
    fn kind(&self) -> &'static str {
        "adaptive-avg-pool"
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let [channels, ..] = input.maps()?;
        let [height, width] = self.output_size;
        Ok(FeatureShape::Maps([channels, height, width]))
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        let x = input.into_maps();
        let [_, _, height, width] = x.dims();
        Features::Maps(match [height, width] == self.output_size {
            true => x,
            false => AdaptiveAvgPool2d::forward(self, x),
        })
    }
}
