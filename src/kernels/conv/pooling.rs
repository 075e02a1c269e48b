//! Pooling of rows of a convolution, forward and backward.

use pulp::Simd;

use super::geometry::Geometry;
use crate::kernels::simd::{activate, activation_gradient, load, load_u32, store};
use crate::kernels::spec::PoolKind;

/// The most lanes a vector has.
const MOST_LANES: usize = 16;

/// Rows of the convolution, `[row % ring][column][channel]`.
pub struct Rows<'a> {
    pub values: &'a [f32],
    pub ring: usize,
    /// Values from one position to the next; whole vectors, at least the channels.
    pub stride: usize,
}

impl Rows<'_> {
    fn at(&self, geometry: &Geometry, y: usize, x: usize) -> usize {
        ((y % self.ring) * geometry.conv[1] + x) * self.stride
    }
}

/// Pools one row of the output, `[width, channels]`; whether all values were finite.
#[inline(always)]
pub fn pool_row<S: Simd>(
    simd: S,
    g: &Geometry,
    rows: &Rows,
    y: usize,
    out: &mut [f32],
    mut picked: Option<&mut [u8]>,
) -> bool {
    let zero = simd.splat_f32s(0.0);
    let mut finite = zero;
    for x in 0..g.out[1] {
        let at = x * g.out_channels;
        let scale = simd.splat_f32s(1.0 / g.divisor(y, x));
        for channel in (0..g.out_channels).step_by(S::F32_LANES) {
            let count = S::F32_LANES.min(g.out_channels - channel);
            let mut best = simd.splat_f32s(f32::NEG_INFINITY);
            let mut sum = zero;
            let mut index = simd.splat_u32s(0);
            for (tap_y, row) in g.window(0, y) {
                for (tap_x, column) in g.window(1, x) {
                    let value = load::<S>(rows.values, rows.at(g, row, column) + channel);
                    finite = simd.mul_add_e_f32s(value, zero, finite);
                    if g.pool.kind == PoolKind::Max {
                        let tap = (tap_y * g.pool.kernel[1] + tap_x) as u32;
                        let more = simd.greater_than_f32s(value, best);
                        best = simd.select_f32s(more, value, best);
                        index = simd.select_u32s(more, simd.splat_u32s(tap), index);
                    } else {
                        sum = simd.add_f32s(sum, value);
                    }
                }
            }
            let value = match g.pool.kind {
                PoolKind::Max if g.picks() => activate(simd, g.activation, best),
                PoolKind::Max => best,
                PoolKind::Average { .. } => simd.mul_f32s(sum, scale),
            };
            let to = at + channel;
            simd.partial_store_f32s(&mut out[to..to + count], value);
            if let Some(picked) = picked.as_deref_mut() {
                let mut lanes = [0u32; MOST_LANES];
                simd.partial_store_u32s(&mut lanes[..S::F32_LANES], index);
                for (to, lane) in picked[to..to + count].iter_mut().zip(lanes) {
                    *to = lane as u8;
                }
            }
        }
    }
    simd.reduce_sum_f32s(finite) == 0.0
}

/// What the backward pass of the pooling reads, for one image; `[rows, width, channels]` each.
pub struct Pooled<'a> {
    /// Of the loss with respect to the block's output, channels `stride` apart.
    pub gradient: &'a [f32],
    pub stride: usize,
    pub output: &'a [f32],
    pub picked: Option<&'a [u8]>,
    pub activated: Option<&'a [f32]>,
}

/// Adds to `out` what row `y` of the output says about rows `first..` of the convolution before
/// its activation; `out` is `[row][column][channel]` with channels `pooled.stride` apart.
#[inline(always)]
pub fn spread_row<S: Simd>(
    simd: S,
    g: &Geometry,
    pooled: &Pooled,
    y: usize,
    first: usize,
    out: &mut [f32],
) {
    let zero = simd.splat_f32s(0.0);
    for x in 0..g.out[1] {
        let position = y * g.out[1] + x;
        let scale = simd.splat_f32s(1.0 / g.divisor(y, x));
        for channel in (0..g.out_channels).step_by(S::F32_LANES) {
            let count = S::F32_LANES.min(g.out_channels - channel);
            let at = position * g.out_channels + channel;
            let mut gradient = load::<S>(pooled.gradient, position * pooled.stride + channel);
            if g.unpooled() || g.picks() {
                let output = simd.partial_load_f32s(&pooled.output[at..at + count]);
                gradient = activation_gradient(simd, g.activation, output, gradient);
            }
            let mut index = simd.splat_u32s(0);
            if let Some(picked) = pooled.picked {
                let mut lanes = [0u32; MOST_LANES];
                for (lane, picked) in lanes.iter_mut().zip(&picked[at..at + count]) {
                    *lane = u32::from(*picked);
                }
                index = load_u32::<S>(&lanes, 0);
            }
            for (tap_y, row) in g.window(0, y) {
                for (tap_x, column) in g.window(1, x) {
                    let to = ((row - first) * g.conv[1] + column) * pooled.stride + channel;
                    let share = if g.picks() {
                        let tap = (tap_y * g.pool.kernel[1] + tap_x) as u32;
                        let here = simd.equal_u32s(index, simd.splat_u32s(tap));
                        simd.select_f32s(here, gradient, zero)
                    } else if let Some(activated) = pooled.activated {
                        let from = (row * g.conv[1] + column) * g.out_channels + channel;
                        let output = simd.partial_load_f32s(&activated[from..from + count]);
                        let share = simd.mul_f32s(gradient, scale);
                        activation_gradient(simd, g.activation, output, share)
                    } else {
                        simd.mul_f32s(gradient, scale)
                    };
                    store::<S>(out, to, simd.add_f32s(load::<S>(out, to), share));
                }
            }
        }
    }
}
