//! What every network is made of: one layer applied to one set of features.
//!
//! A network names its layers in order (see [`Network::layers`](super::Network::layers)); the
//! forward pass, the summary table and any look inside are all derived from that one list, so
//! that none of them can drift from the others.

use std::fmt;

use burn::nn::conv::Conv2d;
use burn::nn::pool::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d};
use burn::nn::{BatchNorm, Dropout, Linear, PaddingConfig2d};
use burn::tensor::Tensor;
use serde::Serialize;

use super::block::{Residual, Subsample};
use super::fusion;
use crate::pixels::ImageShape;
use kernels::Activation;

/// One layer of a network, borrowed from the module that owns its weights.
#[derive(Clone, Copy)]
pub enum Layer<'a> {
    Conv(&'a Conv2d),
    BatchNorm(&'a BatchNorm),
    Activation(Activation),
    MaxPool(&'a MaxPool2d),
    AveragePool(&'a AvgPool2d),
    /// Mean over as many windows as the output has places, whatever the size of the input.
    AdaptiveAveragePool(&'a AdaptiveAvgPool2d),
    /// Mean over height and width: `[batch, channels, height, width]` to `[batch, channels]`.
    GlobalAveragePool,
    /// `[batch, channels, height, width]` to `[batch, channels * height * width]`.
    Flatten,
    Dense(&'a Linear),
    Dropout(&'a Dropout),
    Subsample(&'a Subsample),
    /// Layers within a layer, and a way around them.
    Residual(&'a Residual),
}

/// The values between two layers.
#[derive(Clone)]
pub enum Features {
    /// `[batch, channels, height, width]`
    Maps(Tensor<4>),
    /// `[batch, features]`
    Vector(Tensor<2>),
}

/// The shape of [`Features`] without the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FeatureShape {
    Maps([usize; 3]),
    Vector([usize; 1]),
}

impl FeatureShape {
    /// Number of values per image.
    #[allow(clippy::len_without_is_empty)] // a shape with a zero side is refused where it arises
    pub fn len(self) -> usize {
        match self {
            FeatureShape::Maps([channels, height, width]) => {
                channels.saturating_mul(height).saturating_mul(width)
            }
            FeatureShape::Vector([features]) => features,
        }
    }

    /// Channels of feature maps, or features of a vector.
    pub fn width(self) -> usize {
        match self {
            FeatureShape::Maps([channels, ..]) => channels,
            FeatureShape::Vector([features]) => features,
        }
    }
}

impl From<ImageShape> for FeatureShape {
    fn from(shape: ImageShape) -> Self {
        FeatureShape::Maps([shape.channels, shape.height, shape.width])
    }
}

impl fmt::Display for FeatureShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FeatureShape::Maps([c, h, w]) => write!(f, "{c}x{h}x{w}"),
            FeatureShape::Vector([n]) => write!(f, "{n}"),
        }
    }
}

/// Kernel, stride, dilation and padding of a convolution or pooling along height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub padding: Padding,
}

/// Padding of a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Zeros at `[top, left, bottom, right]`.
    Explicit([usize; 4]),
    /// The output has `ceil(size / stride)` positions.
    Same,
}

impl Window {
    /// Positions of the window along height and width, or `None` where it does not fit once.
    ///
    /// `floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1`, see Dumoulin and
    /// Visin, "A guide to convolution arithmetic for deep learning" (arXiv 1603.07285).
    pub fn output(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize, padding: usize| {
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            let room = (size[axis] + padding).checked_sub(reach)?;
            Some(room / self.stride[axis] + 1)
        };
        match self.padding {
            Padding::Same => Some([0, 1].map(|axis| size[axis].div_ceil(self.stride[axis]))),
            Padding::Explicit([top, left, bottom, right]) => {
                Some([along(0, top + bottom)?, along(1, left + right)?])
            }
        }
    }
}

impl From<&PaddingConfig2d> for Padding {
    fn from(padding: &PaddingConfig2d) -> Self {
        match *padding {
            PaddingConfig2d::Valid => Padding::Explicit([0; 4]),
            PaddingConfig2d::Explicit(top, left, bottom, right) => {
                Padding::Explicit([top, left, bottom, right])
            }
            PaddingConfig2d::Same => Padding::Same,
        }
    }
}

/// A layer that cannot take the features it is given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    #[error("expects feature maps [channels, height, width], received a vector of {0} values")]
    NeedsMaps(usize),
    #[error(
        "expects a vector, received feature maps {0}; put \"flatten\" or \"global-avg-pool\" before it"
    )]
    NeedsVector(FeatureShape),
    #[error("expects {expected} channels, received {received}")]
    Channels {
        expected: usize,
        received: FeatureShape,
    },
    #[error(
        "slides a {}x{} window{}, which does not fit into the {received} it received; use a smaller kernel, \"same\" padding, or fewer pooling layers before it", window.kernel[0], window.kernel[1], dilation_note(window)
    )]
    WindowTooLarge {
        window: Window,
        received: FeatureShape,
    },
    #[error("adds {body} to {shortcut}, which have different shapes")]
    Sum {
        body: FeatureShape,
        shortcut: FeatureShape,
    },
    #[error("contains {0}, which does not fit: {1}")]
    Inside(String, Box<ShapeError>),
    #[error(
        "would give {0} values for each image, more than {MOST_VALUES}; use fewer channels, less padding, or a stride"
    )]
    TooLarge(FeatureShape),
}

impl ShapeError {
    /// Whether larger images would help.
    pub fn is_about_size(&self) -> bool {
        match self {
            Self::WindowTooLarge { .. } => true,
            Self::Inside(_, error) => error.is_about_size(),
            _ => false,
        }
    }
}

/// More values per image than any layer may give: 256 MiB as 32-bit floats.
const MOST_VALUES: usize = 1 << 26;

fn dilation_note(window: &Window) -> String {
    match window.dilation {
        [1, 1] => String::new(),
        [h, w] => format!(" with dilation {h}x{w}"),
    }
}

impl Layer<'_> {
    /// The name of the kind of layer, as in the configuration's layer list.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Conv(_) => "conv",
            Layer::BatchNorm(_) => "batch-norm",
            Layer::Activation(Activation::Relu) => "relu",
            Layer::Activation(Activation::Relu6) => "relu6",
            Layer::Activation(Activation::Tanh) => "tanh",
            Layer::MaxPool(_) => "max-pool",
            Layer::AveragePool(_) => "avg-pool",
            Layer::AdaptiveAveragePool(_) => "adaptive-avg-pool",
            Layer::GlobalAveragePool => "global-avg-pool",
            Layer::Flatten => "flatten",
            Layer::Dense(_) => "dense",
            Layer::Dropout(_) => "dropout",
            Layer::Subsample(_) => "subsample",
            Layer::Residual(_) => "residual",
        }
    }

    /// The sliding window of a convolution or pooling layer.
    pub fn window(&self) -> Option<Window> {
        match self {
            Layer::Conv(conv) => Some(Window {
                kernel: conv.kernel_size,
                stride: conv.stride,
                dilation: conv.dilation,
                padding: (&conv.padding).into(),
            }),
            Layer::MaxPool(pool) => Some(Window {
                kernel: pool.kernel_size,
                stride: pool.stride,
                dilation: pool.dilation,
                padding: (&pool.padding).into(),
            }),
            Layer::AveragePool(pool) => Some(Window {
                kernel: pool.kernel_size,
                stride: pool.stride,
                dilation: [1, 1],
                padding: (&pool.padding).into(),
            }),
            _ => None,
        }
    }

    /// The shape this layer makes of `input`.
    ///
    /// # Errors
    /// [`ShapeError`] when the layer cannot take `input`.
    pub fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let maps = || match input {
            FeatureShape::Maps(maps) => Ok(maps),
            FeatureShape::Vector([n]) => Err(ShapeError::NeedsMaps(n)),
        };
        let channels = |expected: usize| match input.width() == expected {
            true => Ok(()),
            false => Err(ShapeError::Channels {
                expected,
                received: input,
            }),
        };
        match self {
            Layer::Conv(conv) => {
                let [_, height, width] = maps()?;
                let [out, in_per_group, ..] = conv.weight.dims();
                channels(in_per_group * conv.groups)?;
                self.slide(input, out, [height, width])
            }
            Layer::MaxPool(_) | Layer::AveragePool(_) => {
                let [count, height, width] = maps()?;
                self.slide(input, count, [height, width])
            }
            Layer::BatchNorm(norm) => {
                let [count] = norm.gamma.dims();
                channels(count).map(|()| input)
            }
            Layer::GlobalAveragePool => Ok(FeatureShape::Vector([maps()?[0]])),
            Layer::Flatten => Ok(FeatureShape::Vector([input.len()])),
            Layer::Dense(dense) => match input {
                FeatureShape::Maps(_) => Err(ShapeError::NeedsVector(input)),
                FeatureShape::Vector(_) => {
                    let [inputs, outputs] = dense.weight.dims();
                    channels(inputs).map(|()| FeatureShape::Vector([outputs]))
                }
            },
            Layer::Activation(_) | Layer::Dropout(_) => Ok(input),
            Layer::AdaptiveAveragePool(pool) => {
                let [height, width] = pool.output_size;
                Ok(FeatureShape::Maps([maps()?[0], height, width]))
            }
            Layer::Subsample(subsample) => {
                let [count, height, width] = maps()?;
                let [before, after] = subsample.zeros;
                let side = |length: usize| length.div_ceil(subsample.stride);
                let shape = [before + count + after, side(height), side(width)];
                Ok(FeatureShape::Maps(shape))
            }
            Layer::Residual(residual) => {
                let within = |layers| {
                    shape_after(layers, input).map_err(|(name, e)| ShapeError::Inside(name, e))
                };
                let body = within(residual.body.layers())?;
                let shortcut = within(residual.shortcut.layers())?;
                match body == shortcut {
                    true => Ok(body),
                    false => Err(ShapeError::Sum { body, shortcut }),
                }
            }
        }
    }

    fn slide(
        &self,
        received: FeatureShape,
        channels: usize,
        size: [usize; 2],
    ) -> Result<FeatureShape, ShapeError> {
        let Some(window) = self.window() else {
            return Ok(received);
        };
        match window.output(size) {
            Some([height, width]) => match FeatureShape::Maps([channels, height, width]) {
                large if large.len() > MOST_VALUES => Err(ShapeError::TooLarge(large)),
                shape => Ok(shape),
            },
            None => Err(ShapeError::WindowTooLarge { window, received }),
        }
    }

    /// Trainable parameters; batch norm's running statistics are not among them.
    pub fn parameters(&self) -> usize {
        let bias = |bias: &Option<burn::module::Param<Tensor<1>>>| {
            bias.as_ref().map_or(0, |bias| bias.shape().num_elements())
        };
        match self {
            Layer::Conv(conv) => conv.weight.shape().num_elements() + bias(&conv.bias),
            Layer::Dense(dense) => dense.weight.shape().num_elements() + bias(&dense.bias),
            Layer::BatchNorm(norm) => 2 * norm.gamma.shape().num_elements(),
            Layer::Residual(residual) => {
                let layers = [&residual.body, &residual.shortcut];
                let layers = layers.into_iter().flat_map(|chain| chain.layers());
                layers.map(|(_, layer)| layer.parameters()).sum()
            }
            _ => 0,
        }
    }

    /// The windows that the data passes one after the other.
    pub fn windows(&self) -> Vec<Window> {
        match self {
            Layer::Residual(residual) => (residual.body.layers().iter())
                .flat_map(|(_, layer)| layer.windows())
                .collect(),
            layer => layer.window().into_iter().collect(),
        }
    }

    /// Multiply-adds for one image, counted for convolutions and dense layers.
    pub fn multiply_adds(&self, input: FeatureShape, output: FeatureShape) -> usize {
        match (self, output) {
            (Layer::Residual(residual), _) => {
                let chains = [&residual.body, &residual.shortcut];
                let counts = chains.map(|chain| {
                    let mut shape = input;
                    let counts = chain.layers().into_iter().map(|(_, layer)| {
                        let before = shape;
                        shape = layer.output_shape(before).unwrap_or(before);
                        layer.multiply_adds(before, shape)
                    });
                    counts.sum::<usize>()
                });
                counts.iter().sum()
            }
            (Layer::Conv(conv), FeatureShape::Maps([_, height, width])) => {
                conv.weight.shape().num_elements() * height * width
            }
            (Layer::Dense(dense), _) => dense.weight.shape().num_elements(),
            _ => 0,
        }
    }

    /// Applies the layer.
    ///
    /// `input` must have the shape that [`output_shape`](Self::output_shape) accepts; networks
    /// check that once, when they are built.
    pub fn forward(&self, input: Features) -> Features {
        use Features::{Maps, Vector};
        match (self, input) {
            (Layer::Conv(conv), Maps(x)) => Maps(conv.forward(x)),
            (Layer::MaxPool(pool), Maps(x)) => Maps(pool.forward(x)),
            (Layer::AveragePool(pool), Maps(x)) => Maps(pool.forward(x)),
            (Layer::AdaptiveAveragePool(pool), Maps(x)) => Maps(fusion::adaptive(pool, x)),
            (Layer::Subsample(subsample), Maps(x)) => Maps(fusion::subsample(subsample, x)),
            (Layer::Residual(residual), Maps(x)) => Maps(fusion::residual(residual, x)),
            (Layer::BatchNorm(norm), Maps(x)) => Maps(fusion::batch_norm(norm, None, x)),
            (Layer::BatchNorm(norm), Vector(x)) => {
                Vector(fusion::batch_norm_of_vectors(norm, None, x))
            }
            (Layer::Activation(kind), Maps(x)) => Maps(fusion::activate_maps(*kind, x)),
            (Layer::Activation(kind), Vector(x)) => Vector(fusion::activate(*kind, x)),
            (Layer::Dropout(dropout), Maps(x)) => Maps(dropout.forward(x)),
            (Layer::Dropout(dropout), Vector(x)) => Vector(dropout.forward(x)),
            (Layer::GlobalAveragePool, Maps(x)) => Vector(fusion::global_average(x)),
            (Layer::Flatten, Maps(x)) => Vector(x.flatten(1, 3)),
            (Layer::Dense(dense), Vector(x)) => Vector(dense.forward(x)),
            (Layer::Flatten, x @ Vector(_)) => x,
            (layer, _) => unreachable!("{} was given features of another rank", layer.kind()),
        }
    }
}

/// The features after `layers`, starting from `input`; the first layer that does not fit is named.
///
/// # Errors
/// The name of the layer and why it does not fit.
pub fn shape_after<'a>(
    layers: impl IntoIterator<Item = (&'a str, Layer<'a>)>,
    input: impl Into<FeatureShape>,
) -> Result<FeatureShape, (String, Box<ShapeError>)> {
    layers
        .into_iter()
        .try_fold(input.into(), |shape, (name, layer)| {
            layer
                .output_shape(shape)
                .map_err(|error| (name.to_string(), Box::new(error)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(kernel: usize, stride: usize, dilation: usize, padding: usize) -> Window {
        Window {
            kernel: [kernel; 2],
            stride: [stride; 2],
            dilation: [dilation; 2],
            padding: Padding::Explicit([padding; 4]),
        }
    }

    #[test]
    fn output_sizes_follow_the_convolution_arithmetic() {
        assert_eq!(window(3, 1, 1, 0).output([28, 28]), Some([26, 26]));
        assert_eq!(window(5, 1, 1, 2).output([28, 28]), Some([28, 28]));
        assert_eq!(window(2, 2, 1, 0).output([13, 11]), Some([6, 5]));
        assert_eq!(window(3, 2, 2, 1).output([9, 9]), Some([4, 4]));
    }

    #[test]
    fn a_window_larger_than_the_image_does_not_fit() {
        assert_eq!(window(5, 1, 1, 0).output([4, 9]), None);
        assert_eq!(window(5, 1, 1, 1).output([4, 9]), Some([2, 7]));
    }
}
