//! Feature maps as a whole: pooling that no convolution takes along, means, parts and flattening.

mod flatten;
mod global_average_pool;
mod pool;
mod subsample;

pub use self::flatten::{flatten, flatten_backward, flattens};
pub use self::global_average_pool::{global_average_pool, global_average_pool_backward};
pub use self::pool::{SavedPool, pool, pool_backward};
pub use self::subsample::{subsample, subsample_backward};

use burn::backend::tensor::FloatTensor;

use crate::host::{AxisOrder, HostTensor};

/// Feature maps from values `[batch, height, width, channels]`.
fn from_channels_last<B: HostTensor>(
    values: Vec<f32>,
    shape: [usize; 4],
    device: &B::Device,
) -> FloatTensor<B> {
    AxisOrder::channels_last(shape).tensor::<B>(values, device)
}
