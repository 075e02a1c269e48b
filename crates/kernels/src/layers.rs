//! The layers as functions on tensors.

use burn::backend::Dispatch;
use burn::tensor::{Device, Tensor};

use crate::bias::Bias;
use crate::extension::Kernels;
use crate::spec::{Activation, ConvBlock};

/// A tensor of `values` in row-major order; on a CPU backend without looking at any of them.
///
/// # Panics
/// When `shape` has another number of values.
pub fn from_values<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    let place = Tensor::<1>::empty([1], device).into_dispatch();
    let shape = shape.to_vec();
    Tensor::from_dispatch(<Dispatch as Kernels>::from_values(place, values, shape))
}

/// Convolution, bias, activation and pooling in one operation.
///
/// As in all networks the convolution is a cross-correlation: the kernel is not flipped. On a CPU
/// backend the output lies channels-last in memory, which the next block reads without a copy;
/// [`ConvBlock::channels_first`] asks for row-major order.
///
/// # Shapes
/// - `x`: `[batch, channels, height, width]`
/// - `weight`: `[out channels, channels / groups, kernel height, kernel width]`
/// - `bias`: `[out channels]`
/// - output: `[batch, out channels, height, width]`,
///   sizes by [`ConvAxis::output_size`](crate::ConvAxis::output_size) of the
///   convolution and then of the pooling
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn conv_block(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    block: &ConvBlock,
) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Kernels>::conv_block(
        x.into_dispatch(),
        weight.into_dispatch(),
        Bias::from(bias),
        *block,
    ))
}

/// `activation(x * weight + bias)`, a dense layer in one operation.
///
/// # Shapes
/// - `x`: `[batch, inputs]`
/// - `weight`: `[inputs, outputs]`
/// - `bias`: `[outputs]`
/// - output: `[batch, outputs]`
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn dense(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    activation: Option<Activation>,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::dense(
        x.into_dispatch(),
        weight.into_dispatch(),
        Bias::from(bias),
        activation,
    ))
}

/// The results of [`batch_norm`].
#[derive(Debug, Clone)]
pub struct BatchNormed {
    /// `[pixels, channels]`
    pub output: Tensor<2>,
    /// The mean over the pixels, `[channels]`; no gradient flows through it.
    pub mean: Tensor<1>,
    /// The biased variance, divided by the number of pixels, `[channels]`; no gradient flows
    /// through it.
    pub variance: Tensor<1>,
}

/// Batch norm in training, with the statistics of the batch, and an activation in one operation:
/// `activation((x - mean) / sqrt(variance + epsilon) * gamma + beta)` for each channel (Ioffe and
/// Szegedy, "Batch Normalization", arXiv 1502.03167).
///
/// # Shapes
/// - `x`: `[pixels, channels]`; feature maps `[batch, channels, height, width]` are permuted and
///   reshaped to `[batch * height * width, channels]`, which costs nothing behind a convolution block
/// - `gamma`, `beta`: `[channels]`
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn batch_norm(
    x: Tensor<2>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f32,
    activation: Option<Activation>,
) -> BatchNormed {
    let (output, mean, variance) = <Dispatch as Kernels>::batch_norm(
        x.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon,
        activation,
    );
    BatchNormed {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean).detach(),
        variance: Tensor::from_dispatch(variance).detach(),
    }
}

/// Dropout in training: each value becomes zero with `probability`, and the others are divided by
/// the probability to be kept (Srivastava et al. 2014, JMLR 15).
///
/// Random numbers come from the device's stream, which `Device::seed` starts. On a CPU backend the
/// mask is another than that of Burn's own operations for the same seed.
///
/// # Shapes
/// - `x`: any; fastest where its values lie in row-major order
///
/// `probability` is at least 0 and less than 1.
pub fn dropout<const D: usize>(x: Tensor<D>, probability: f64) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Kernels>::dropout(
        x.into_dispatch(),
        probability,
    ))
}
