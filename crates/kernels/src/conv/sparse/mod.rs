//! The backward pass through a maximum, one value at a time.
//!
//! Of the values under a pooling window a single one passes the gradient on, so that with 2x2
//! windows three quarters of the convolution's gradient are zero, and more behind a ReLU. Instead
//! of multiplying zeros, each value that is not zero adds its product with one patch or filter:
//! `weights[channel] += gradient * patch`, `patch += gradient * weights[channel]`.

mod gradients;
mod nonzeros;

use super::geometry::Geometry;

pub use self::gradients::{image_gradient, weight_gradient};
pub use self::nonzeros::NonZeros;

/// Whether this is faster than products of matrices: at most half of the positions are a maximum,
/// and runs are whole vectors.
pub fn is_faster(g: &Geometry, lanes: usize) -> bool {
    let outputs = g.out_size[0] * g.out_size[1];
    let few = 2 * outputs <= g.conv_size[0] * g.conv_size[1];
    g.max_pools() && g.groups == 1 && few && g.run_len.is_multiple_of(lanes)
}
