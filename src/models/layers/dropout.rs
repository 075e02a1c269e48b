//! Dropout: values set to zero at random during training (Srivastava et al. 2014, JMLR 15).

use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::Tensor;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::channels_last::{to_maps, to_pixels};
use super::epilogue::NextLayers;
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tokens::Tokens;

const NAME: &str = "dropout";

impl LayerKind for Dropout {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        Ok(input)
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        match input {
            Features::Maps(maps) if drops(self, &maps) => {
                let shape = maps.dims();
                let pixels = kernels::dropout(to_pixels(maps), self.prob);
                Features::Maps(to_maps(pixels, shape))
            }
            Features::Vector(vector) if drops(self, &vector) => {
                Features::Vector(kernels::dropout(vector, self.prob))
            }
            unchanged => unchanged,
        }
    }
}

/// Whether `dropout` changes `x`: in training, where the layer is not frozen.
fn drops<const D: usize>(dropout: &Dropout, x: &Tensor<D>) -> bool {
    dropout.training.is_enabled() && x.device().is_autodiff() && dropout.prob > 0.0
}

impl ParseLayer for Dropout {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "dropout 0.5";
    const TAKES_VECTORS: bool = true;

    fn parse(_name: &str, tokens: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        let expected = "the share of values to drop, at least 0 and less than 1, e.g. 0.5";
        let rate = tokens.read(expected, |word| {
            word.parse().ok().filter(|rate| (0.0..1.0).contains(rate))
        })?;
        Ok(LayerSpec::new(move |_, _| {
            Ok(DropoutConfig::new(rate).init())
        }))
    }
}
