//! Feature maps as a whole.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::extension::Kernels;
use crate::spec::{Pool, Subsample};

/// Pooling that follows no convolution; [`conv_block`](crate::conv_block) takes it along where it does.
///
/// # Shapes
/// - `maps`: `[batch, channels, height, width]`
/// - output: the same with sizes by [`ConvAxis::output_size`](crate::ConvAxis::output_size); on a CPU
///   backend it lies channels-last in memory
///
/// # Panics
/// Where Burn's own operations do: when a window does not fit.
pub fn pool(maps: Tensor<4>, pool: &Pool) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Kernels>::pool(maps.into_dispatch(), *pool))
}

/// The mean of each channel over height and width (Lin et al., "Network In Network", arXiv 1312.4400,
/// section 3.2).
///
/// # Shapes
/// - `maps`: `[batch, channels, height, width]`
/// - output: `[batch, channels]`
pub fn global_average_pool(maps: Tensor<4>) -> Tensor<2> {
    let means = <Dispatch as Kernels>::global_average_pool(maps.into_dispatch());
    Tensor::from_dispatch(means)
}

/// Every n-th pixel of every n-th row, and channels of zeros; see [`Subsample`].
///
/// # Shapes
/// - `maps`: `[batch, channels, height, width]`
/// - output: [`Subsample::output_shape`]
///
/// # Panics
/// When the stride is 0.
pub fn subsample(maps: Tensor<4>, subsample: Subsample) -> Tensor<4> {
    let part = <Dispatch as Kernels>::subsample(maps.into_dispatch(), subsample);
    Tensor::from_dispatch(part)
}

/// Feature maps as vectors, channel after channel.
///
/// # Shapes
/// - `maps`: `[batch, channels, height, width]`
/// - output: `[batch, channels * height * width]`
pub fn flatten(maps: Tensor<4>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::flatten(maps.into_dispatch()))
}
