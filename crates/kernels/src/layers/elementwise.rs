//! Operations on each value of a tensor.

use burn::backend::Dispatch;
use burn::tensor::{Device, Tensor};

use crate::extension::Kernels;
use crate::spec::Activation;

/// `activation(x)` of a tensor in any order in memory, which the output keeps.
pub fn activate<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Kernels>::activate(
        x.into_dispatch(),
        activation,
    ))
}

/// `activation(a + b)`, the end of a residual block (He et al., "Deep Residual Learning for Image
/// Recognition", arXiv 1512.03385, figure 2).
///
/// # Shapes
/// - `a`, `b`: the same, `[batch, channels, height, width]`
/// - output: the same; on a CPU backend it lies channels-last in memory
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn add(a: Tensor<4>, b: Tensor<4>, activation: Option<Activation>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Kernels>::add(
        a.into_dispatch(),
        b.into_dispatch(),
        activation,
    ))
}

/// `x` twice, for two operations that read it: the beginning of a residual block. Their gradients are
/// added by the kernels, and not by Burn.
pub fn fork<const D: usize>(x: Tensor<D>) -> [Tensor<D>; 2] {
    let (first, second) = <Dispatch as Kernels>::fork(x.into_dispatch());
    [first, second].map(Tensor::from_dispatch)
}

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
