//! Global average pooling: the mean of each channel over height and width.

use burn::module::Module;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::epilogue::NextLayers;
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tokens::Tokens;

const NAME: &str = "global-avg-pool";

/// `[batch, channels, height, width]` to `[batch, channels]`.
#[derive(Module, Debug)]
pub struct GlobalAveragePool;

impl LayerKind for GlobalAveragePool {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let [channels, ..] = input.maps()?;
        Ok(FeatureShape::Vector([channels]))
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        Features::Vector(kernels::global_average_pool(input.into_maps()))
    }

    fn is_global(&self) -> bool {
        true
    }
}

impl ParseLayer for GlobalAveragePool {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "global-avg-pool";

    fn parse(_name: &str, _words: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        Ok(LayerSpec::new(|_, _| Ok(Self)))
    }
}
