//! Layers with weights.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::bias::Bias;
use crate::extension::Kernels;
use crate::spec::{Activation, ConvBlock};

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
