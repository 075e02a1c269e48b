//! Optimizer steps as functions on tensors.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::extension::Kernels;
use crate::spec::{AdamStep, SgdStep};

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
