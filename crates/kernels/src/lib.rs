//! The operations that carry the time of a training, as an extension of Burn's backends.
//!
//! On `ndarray` and `flex` they run as kernels of this program, on all other backends as a
//! composition of Burn's own operations; models call the functions here and do not notice.
#![recursion_limit = "256"]

mod arithmetic;
mod autodiff;
mod batch_norm;
mod buffer;
mod composed;
mod conv;
mod dense;
mod extension;
mod host;
mod optimizer;
mod product;
mod simd;
mod spec;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

pub use self::arithmetic::ConvAxis;
pub use self::extension::{Bias, Kernels};
pub use self::spec::{Activation, AdamStep, ConvBlock, Pool, PoolKind, SgdStep};

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

/// What [`batch_norm`] gives.
#[derive(Debug, Clone)]
pub struct BatchNormed {
    /// `[pixels, channels]`
    pub output: Tensor<2>,
    /// `[channels]`; no gradient flows through it.
    pub mean: Tensor<1>,
    /// `[channels]`, divided by the number of pixels; no gradient flows through it.
    pub variance: Tensor<1>,
}

/// Batch norm with the statistics of the batch, and an activation, in one operation.
///
/// # Shapes
/// - `x`: `[pixels, channels]`
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

/// A step of Adam or AdamW: the new parameter, first and second moment.
///
/// All tensors have the parameter's shape.
pub fn adam_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    moments: [Tensor<D>; 2],
    step: AdamStep,
) -> [Tensor<D>; 3] {
    let [first, second] = moments.map(Tensor::into_dispatch);
    let (parameter, gradient) = (parameter.into_dispatch(), gradient.into_dispatch());
    let (parameter, first, second) =
        <Dispatch as Kernels>::adam_step(parameter, gradient, first, second, step);
    [parameter, first, second].map(Tensor::from_dispatch)
}

/// A step of gradient descent with momentum: the new parameter and velocity.
///
/// All tensors have the parameter's shape.
pub fn sgd_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    velocity: Tensor<D>,
    step: SgdStep,
) -> [Tensor<D>; 2] {
    let (parameter, velocity) = <Dispatch as Kernels>::sgd_step(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        velocity.into_dispatch(),
        step,
    );
    [parameter, velocity].map(Tensor::from_dispatch)
}

fn of(bias: Option<Tensor<1>>) -> Bias<Dispatch> {
    match bias {
        Some(bias) => Bias::Given(bias.into_dispatch()),
        None => Bias::Absent,
    }
}

#[cfg(test)]
mod tests;
