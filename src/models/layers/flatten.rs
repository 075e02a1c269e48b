//! Flattening of feature maps to vectors.

use burn::module::Module;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::epilogue::{Epilogue, NextLayers};
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tokens::Tokens;

const NAME: &str = "flatten";

/// `[batch, channels, height, width]` to `[batch, channels * height * width]`.
#[derive(Module, Debug)]
pub struct Flatten;

impl LayerKind for Flatten {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        Ok(FeatureShape::Vector([input.len()]))
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        Features::Vector(input.flatten())
    }

    fn epilogue(&self) -> Option<Epilogue<'_>> {
        Some(Epilogue::Flatten)
    }
}

impl ParseLayer for Flatten {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "flatten";

    fn parse(_name: &str, _words: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        Ok(LayerSpec::new(|_, _| Ok(Self)))
    }
}
