//! Convolution blocks on the CPU: convolution, bias, activation and pooling as one operation, and
//! the backward pass of the whole.

mod backward;
mod depthwise;
mod finite;
mod forward;
mod geometry;
mod image;
mod panels;
mod pooling;
mod saved;
mod sparse;

pub use self::backward::backward;
pub use self::forward::forward;
pub use self::pooling::{PoolRows, PoolRowsBackward, pooling_geometry};
pub use self::saved::SavedForBackward;
