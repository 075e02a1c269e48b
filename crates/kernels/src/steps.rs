//! Optimizer steps, and what they need of gradients, as functions on tensors.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::extension::Kernels;
use crate::spec::{AdamStep, RmsPropStep, SgdStep};

/// A step of Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (Loshchilov and Hutter, arXiv
/// 1711.05101): the new parameter, first and second moment.
///
/// On the CPU backends subnormal moments become zero, which changes no parameter.
///
/// # Shapes
/// All tensors have the parameter's shape.
///
/// # Panics
/// When they have not, as Burn's own operations do.
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

/// A step of gradient descent with momentum, as PyTorch's `SGD` without dampening: the new
/// parameter and velocity.
///
/// On the CPU backends a subnormal velocity becomes zero, which changes no parameter.
///
/// # Shapes
/// All tensors have the parameter's shape.
///
/// # Panics
/// When they have not, as Burn's own operations do.
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

/// A step of RMSprop as PyTorch's, not centered: the new parameter, mean square and velocity.
///
/// On the CPU backends a subnormal mean square or velocity becomes zero.
///
/// # Shapes
/// All tensors have the parameter's shape.
///
/// # Panics
/// When they have not, as Burn's own operations do.
pub fn rms_prop_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    state: [Tensor<D>; 2],
    step: RmsPropStep,
) -> [Tensor<D>; 3] {
    let [square, velocity] = state.map(Tensor::into_dispatch);
    let (parameter, gradient) = (parameter.into_dispatch(), gradient.into_dispatch());
    let (parameter, square, velocity) =
        <Dispatch as Kernels>::rms_prop_step(parameter, gradient, square, velocity, step);
    [parameter, square, velocity].map(Tensor::from_dispatch)
}

/// Sum of the squares of all values, one value; for the joint norm of gradients.
pub fn squared_norm<const D: usize>(x: Tensor<D>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as Kernels>::squared_norm(x.into_dispatch()))
}

/// `x * factor`, for gradients.
pub fn scale<const D: usize>(x: Tensor<D>, factor: f32) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Kernels>::scale(x.into_dispatch(), factor))
}
