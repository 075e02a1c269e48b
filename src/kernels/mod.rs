//! The operations that carry the time of a training, as an extension of Burn's backends.
//!
//! On `ndarray` and `flex` they run as kernels of this program, on all other backends as a
//! composition of Burn's own operations; models call the functions here and do not notice.

mod autodiff;
mod composed;
mod conv;
mod dense;
mod extension;
mod host;
mod simd;
mod spec;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

pub use self::extension::{Bias, Kernels};
pub use self::spec::{Activation, ConvBlock, Pool, PoolKind};

/// Convolution, bias, activation and pooling in one operation.
///
/// # Shapes
/// - `x`: `[batch, channels, height, width]`
/// - `weight`: `[out channels, channels / groups, kernel height, kernel width]`
/// - `bias`: `[out channels]`
/// - output: `[batch, out channels, height, width]`
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
        of(bias),
        *block,
    ))
}

/// Matrix product, bias and activation in one operation.
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
        of(bias),
        activation,
    ))
}

fn of(bias: Option<Tensor<1>>) -> Bias<Dispatch> {
    match bias {
        Some(bias) => Bias::Given(bias.into_dispatch()),
        None => Bias::Absent,
    }
}
