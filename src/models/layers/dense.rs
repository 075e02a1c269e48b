//! Dense (fully connected) layers, fused with the activation that follows.

use burn::nn::Linear;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::activation;
use super::epilogue::NextLayers;
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tensors::{TensorLayout, TensorName};
use super::tokens::{Tokens, count};

const NAME: &str = "dense";

impl LayerKind for Linear {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let FeatureShape::Vector(_) = input else {
            return Err(ShapeError::NeedsVector(input));
        };
        let [inputs, outputs] = self.weight.dims();
        input.expect_width(inputs)?;
        Ok(FeatureShape::Vector([outputs]))
    }

    fn forward(&self, input: Features, next: &mut NextLayers) -> Features {
        let (weight, bias) = (self.weight.val(), self.bias.as_ref().map(|bias| bias.val()));
        let activation = next.activation();
        let x = input.into_vector();
        Features::Vector(kernels::dense(x, weight, bias, activation))
    }

    fn parameters(&self) -> usize {
        let bias = self.bias.as_ref();
        self.weight.shape().num_elements() + bias.map_or(0, |bias| bias.shape().num_elements())
    }

    fn multiply_adds(&self, _input: FeatureShape) -> usize {
        self.weight.shape().num_elements()
    }

    fn is_global(&self) -> bool {
        true
    }

    fn tensors(&self) -> &'static [TensorName] {
        const WEIGHT: TensorName = TensorName::new("weight", "kernel", TensorLayout::Dense);
        &[WEIGHT, TensorName::BIAS]
    }
}

impl ParseLayer for Linear {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "dense 128 relu";
    const TAKES_VECTORS: bool = true;

    fn parse(_name: &str, tokens: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        // `dense classes`: one unit per class of the data set.
        let units = tokens.read("the number of units or \"classes\"", |word| match word {
            "classes" => Some(None),
            word => count(word).map(Some),
        })?;
        let then = tokens.take_if(activation::named);
        let spec = LayerSpec::new(move |input, build| {
            if let FeatureShape::Maps(_) = input {
                return Err(format!("it {}", ShapeError::NeedsVector(input)));
            }
            let units = units.unwrap_or(build.classes);
            let dense = build.layers.dense(input.width(), units);
            dense.map_err(|error| error.to_string())
        });
        Ok(spec.then(then))
    }
}
