//! Convolution, fused with the batch norm, activation and pooling that follow it.

use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::super::conv_spec::ConvSpec;
use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::super::window::SlidingWindow;
use super::activation;
use super::batch_norm::{uses_batch_statistics, with_running_statistics};
use super::epilogue::NextLayers;
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tensors::{TensorLayout, TensorName};
use super::tokens::Tokens;
use super::window_spec::WindowSpec;
use kernels::ConvBlock;

const NAME: &str = "conv";

impl LayerKind for Conv2d {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        input.maps()?;
        let [out_channels, per_group, ..] = self.weight.dims();
        input.expect_width(per_group * self.groups)?;
        input.slide(window(self), out_channels)
    }

    fn forward(&self, input: Features, next: &mut NextLayers) -> Features {
        let x = input.into_maps();
        let [_, _, height, width] = x.dims();
        let norm = next.batch_norm(|norm| !uses_batch_statistics(norm, &x));
        let (weight, bias) = match norm {
            Some(norm) => {
                let norm = with_running_statistics(norm, &x.device());
                let folded = kernels::fold_batch_norm(self.weight.val(), bias(self), norm);
                (folded.0, Some(folded.1))
            }
            None => (self.weight.val(), bias(self)),
        };
        let block = ConvBlock {
            stride: self.stride,
            padding: window(self).zeros([height, width]),
            dilation: self.dilation,
            groups: self.groups,
            activation: next.activation(),
            pool: next.pool(),
            channels_first: next.is_flatten(),
        };
        Features::Maps(kernels::conv_block(x, weight, bias, &block))
    }

    fn parameters(&self) -> usize {
        let bias = self.bias.as_ref();
        self.weight.shape().num_elements() + bias.map_or(0, |bias| bias.shape().num_elements())
    }

    fn multiply_adds(&self, input: FeatureShape) -> usize {
        let output = self.output_shape(input).and_then(FeatureShape::maps);
        output.map_or(0, |[_, height, width]| {
            self.weight.shape().num_elements() * height * width
        })
    }

    fn windows(&self) -> Vec<SlidingWindow> {
        vec![window(self)]
    }

    fn tensors(&self) -> &'static [TensorName] {
        const WEIGHT: TensorName = TensorName::new("weight", "kernel", TensorLayout::Conv);
        const DEPTHWISE: TensorName =
            TensorName::new("weight", "depthwise_kernel", TensorLayout::DepthwiseConv);
        match self.groups > 1 && self.weight.dims()[1] == 1 {
            true => &[DEPTHWISE, TensorName::BIAS],
            false => &[WEIGHT, TensorName::BIAS],
        }
    }
}

fn window(conv: &Conv2d) -> SlidingWindow {
    SlidingWindow {
        kernel_size: conv.kernel_size,
        stride: conv.stride,
        dilation: conv.dilation,
        padding: (&conv.padding).into(),
    }
}

fn bias(conv: &Conv2d) -> Option<Tensor<1>> {
    conv.bias.as_ref().map(|bias| bias.val())
}

impl ParseLayer for Conv2d {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "conv 32 3x3 same relu";

    fn parse(_name: &str, tokens: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        let out_channels = tokens.count("the number of output channels, e.g. \"conv 32 3x3\"")?;
        let mut window = WindowSpec::of_convolution(tokens)?;
        let (mut groups, mut then) = (1, None);
        let others = format!(", dilation N, groups N, {}", activation::NAMES.join(", "));
        while let Some(word) = tokens.take() {
            match word {
                "dilation" => window.dilation = tokens.pair("dilation")?,
                "groups" => groups = tokens.count("a number after \"groups\"")?,
                word => match activation::named(word) {
                    Some(activation) => then = Some(activation),
                    None => window.option(word, tokens, &others)?,
                },
            }
        }
        let padding = window.padding()?;
        let spec = LayerSpec::new(move |input, build| {
            let [in_channels, ..] = input.maps().map_err(|error| format!("it {error}"))?;
            if !in_channels.is_multiple_of(groups) || !out_channels.is_multiple_of(groups) {
                return Err(format!(
                    "{groups} groups must divide both the {in_channels} channels it receives and the {out_channels} it gives"
                ));
            }
            let spec = ConvSpec {
                in_channels,
                out_channels,
                kernel_size: window.kernel_size,
                stride: window.stride,
                dilation: window.dilation,
                groups,
                padding,
                bias: true,
            };
            build.layers.conv(spec).map_err(|error| error.to_string())
        });
        Ok(spec.then(then))
    }
}
