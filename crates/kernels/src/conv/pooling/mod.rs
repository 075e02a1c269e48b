//! Pooling of rows of a convolution, forward and backward.

mod alone;
mod backward;
mod forward;
mod window;

pub use self::alone::{PoolRows, PoolRowsBackward, pooling_geometry};
pub use self::backward::{SavedImage, activation_backward, pool_row_backward};
pub use self::forward::pool_row;
pub use self::window::{PoolWindow, RingLayout};
