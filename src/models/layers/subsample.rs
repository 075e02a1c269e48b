//! A shortcut without weights, for residual blocks that halve the size and double the channels.

use burn::module::Module;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::epilogue::NextLayers;
use super::kind::LayerKind;

/// Takes every `stride`-th pixel and adds channels of zeros ("option A" in He et al. 2015, arXiv
/// 1512.03385, section 3.3).
#[derive(Module, Debug)]
pub struct Subsample {
    pub stride: usize,
    /// Number of channels of zeros `[before, after]` those of the input.
    pub zeros: [usize; 2],
}

impl LayerKind for Subsample {
    fn kind(&self) -> &'static str {
        "subsample"
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let [channels, height, width] = input.maps()?;
        let [before, after] = self.zeros;
        let side = |length: usize| length.div_ceil(self.stride);
        let shape = [before + channels + after, side(height), side(width)];
        Ok(FeatureShape::Maps(shape))
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        let part = kernels::Subsample {
            stride: self.stride,
            zeros: self.zeros,
        };
        Features::Maps(kernels::subsample(input.into_maps(), part))
    }
}
