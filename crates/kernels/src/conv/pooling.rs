//! Pooling of rows of a convolution, forward and backward.

use pulp::Simd;

use super::geometry::Geometry;
use crate::simd::{
    activate, activation_gradient, load, load_bytes, load_some, store, store_bytes, store_some,
};
use crate::spec::PoolKind;

/// Rows of the convolution, `[row % ring][column][channel]`.
#[derive(Clone, Copy)]
pub struct Layout {
    pub ring: usize,
    /// Values from one row to the next: at least a vector from the last position on.
    pub row: usize,
    /// Values from one position to the next; at least the channels.
    pub stride: usize,
}

impl Layout {
    /// Where a position lies.
    pub fn at(&self, row: usize, column: usize) -> usize {
        (row % self.ring) * self.row + column * self.stride
    }
}

/// The values under the window of one position of the output.
#[derive(Default)]
pub struct Window {
    /// Where each lies: that of the channels' first.
    at: Vec<usize>,
    /// Number of each in the window; padding is left out.
    tap: Vec<u32>,
}

impl Window {
    /// Moves to position `[y, x]` of the output.
    fn set(&mut self, g: &Geometry, layout: Layout, y: usize, x: usize) {
        self.at.clear();
        self.tap.clear();
        for (tap_y, row) in g.window(0, y) {
            for (tap_x, column) in g.window(1, x) {
                self.at.push(layout.at(row, column));
                self.tap.push((tap_y * g.pool.kernel[1] + tap_x) as u32);
            }
        }
    }

    /// Moves from `x - 1` to `x` in row `y`.
    fn advance(&mut self, g: &Geometry, layout: Layout, y: usize, x: usize) {
        // Away from the border a window looks like its neighbour.
        if x > 0 && g.inside(x) && g.inside(x - 1) {
            let step = g.pool.stride[1] * layout.stride;
            self.at.iter_mut().for_each(|at| *at += step);
        } else {
            self.set(g, layout, y, x);
        }
    }

    fn divisor(&self, g: &Geometry) -> f32 {
        let count = match g.pool.kind {
            PoolKind::Average {
                count_include_pad: false,
            } => self.at.len(),
            _ => g.pool.kernel[0] * g.pool.kernel[1],
        };
        count as f32
    }
}

/// Pools row `y` of the output, `[width, channels]`, to the start of `out`; whether all values were
/// finite.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub fn pool_row<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &mut Window,
    layout: Layout,
    rows: &[f32],
    y: usize,
    out: &mut [f32],
    mut picked: Option<&mut [u8]>,
) -> bool {
    if g.mean_squares() {
        return mean_squares(simd, g, layout, rows, y, out);
    }
    let mut finite = simd.splat_f32s(0.0);
    for x in 0..g.out[1] {
        window.advance(g, layout, y, x);
        // A vector may reach into the next position, which is written after it.
        let out = &mut out[x * g.out_channels..];
        let picked = match &mut picked {
            Some(picked) => &mut picked[x * g.out_channels..],
            None => &mut [],
        };
        if g.pool.kind == PoolKind::Max {
            max_window(simd, g, window, rows, out, picked, &mut finite);
        } else {
            mean_window(simd, g, window, rows, out, &mut finite);
        }
    }
    simd.reduce_sum_f32s(finite) == 0.0
}

#[inline(always)]
fn max_window<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &Window,
    rows: &[f32],
    out: &mut [f32],
    picked: &mut [u8],
    finite: &mut S::f32s,
) {
    let zero = simd.splat_f32s(0.0);
    let activation = g.activation.filter(|_| g.picks());
    for channel in (0..g.out_channels).step_by(S::F32_LANES) {
        let mut best = simd.splat_f32s(f32::NEG_INFINITY);
        let mut index = simd.splat_u32s(0);
        for (&at, &tap) in window.at.iter().zip(&window.tap) {
            let value = load::<S>(rows, at + channel);
            *finite = simd.mul_add_e_f32s(value, zero, *finite);
            let more = simd.greater_than_f32s(value, best);
            best = simd.select_f32s(more, value, best);
            index = simd.select_u32s(more, simd.splat_u32s(tap), index);
        }
        let value = activate(simd, activation, best);
        store_some::<S>(&mut out[channel..], value);
        if !picked.is_empty() {
            store_bytes::<S>(&mut picked[channel..], index);
        }
    }
}

#[inline(always)]
fn mean_window<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &Window,
    rows: &[f32],
    out: &mut [f32],
    finite: &mut S::f32s,
) {
    let zero = simd.splat_f32s(0.0);
    let scale = simd.splat_f32s(1.0 / window.divisor(g));
    for channel in (0..g.out_channels).step_by(S::F32_LANES) {
        let mut sum = zero;
        for &at in &window.at {
            sum = simd.add_f32s(sum, load::<S>(rows, at + channel));
        }
        let mean = simd.mul_f32s(sum, scale);
        *finite = simd.mul_add_e_f32s(mean, zero, *finite);
        store_some::<S>(&mut out[channel..], mean);
    }
}

/// [`pool_row`] for [`Geometry::mean_squares`].
#[inline(always)]
fn mean_squares<S: Simd>(
    simd: S,
    g: &Geometry,
    layout: Layout,
    rows: &[f32],
    y: usize,
    out: &mut [f32],
) -> bool {
    let [upper, lower] = [2 * y, 2 * y + 1].map(|row| &rows[layout.at(row, 0)..][..layout.row]);
    let (zero, quarter) = (simd.splat_f32s(0.0), simd.splat_f32s(0.25));
    let mut finite = zero;
    for x in 0..g.out[1] {
        let out = &mut out[x * g.out_channels..];
        for channel in (0..g.out_channels).step_by(S::F32_LANES) {
            let left = 2 * x * layout.stride + channel;
            let right = left + layout.stride;
            let above = simd.add_f32s(load::<S>(upper, left), load::<S>(upper, right));
            let three = simd.add_f32s(above, load::<S>(lower, left));
            let sum = simd.add_f32s(three, load::<S>(lower, right));
            let mean = simd.mul_f32s(sum, quarter);
            finite = simd.mul_add_e_f32s(mean, zero, finite);
            store_some::<S>(&mut out[channel..], mean);
        }
    }
    simd.reduce_sum_f32s(finite) == 0.0
}

/// What the backward pass of the pooling reads of the forward pass, for one image:
/// `[rows, width, channels]` each.
pub struct Pooled<'a> {
    pub output: &'a [f32],
    pub picked: Option<&'a [u8]>,
    pub activated: Option<&'a [f32]>,
}

/// Adds to `out` what row `y` of the output says about the convolution before its activation.
/// `gradient` is that of the output, `[rows, width, channels]` with the layout's stride; `out` holds rows `first..` as `layout` says, without wrapping around.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub fn spread_row<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &mut Window,
    layout: Layout,
    pooled: &Pooled,
    gradient: &[f32],
    y: usize,
    first: usize,
    out: &mut [f32],
) {
    let skip = first * layout.row;
    for x in 0..g.out[1] {
        window.advance(g, layout, y, x);
        let position = y * g.out[1] + x;
        let scale = simd.splat_f32s(1.0 / window.divisor(g));
        for channel in (0..g.out_channels).step_by(S::F32_LANES) {
            let at = position * g.out_channels + channel;
            let gradient = load::<S>(gradient, position * layout.stride + channel);
            if let Some(activated) = pooled.activated {
                let share = simd.mul_f32s(gradient, scale);
                for &to in &window.at {
                    let from = to / layout.stride * g.out_channels + channel;
                    let output = load_some::<S>(&activated[from..]);
                    let share = activation_gradient(simd, g.activation, output, share);
                    add::<S>(simd, out, to - skip + channel, share);
                }
                continue;
            }
            if let Some(picked) = pooled.picked {
                let gradient = before(simd, g, pooled, at, gradient);
                let index = load_bytes::<S>(&picked[at..]);
                for (&to, &tap) in window.at.iter().zip(&window.tap) {
                    let here = simd.equal_u32s(index, simd.splat_u32s(tap));
                    let share = simd.select_f32s(here, gradient, simd.splat_f32s(0.0));
                    add::<S>(simd, out, to - skip + channel, share);
                }
                continue;
            }
            let share = match g.unpooled() {
                true => before(simd, g, pooled, at, gradient),
                false => simd.mul_f32s(gradient, scale),
            };
            for &to in &window.at {
                add::<S>(simd, out, to - skip + channel, share);
            }
        }
    }
}

/// The gradient before the activation, where that comes last. Lanes past the last channel hold
/// anything.
#[inline(always)]
pub fn before<S: Simd>(
    simd: S,
    g: &Geometry,
    pooled: &Pooled,
    at: usize,
    gradient: S::f32s,
) -> S::f32s {
    if g.activation.is_none() {
        return gradient;
    }
    let output = load_some::<S>(&pooled.output[at..]);
    activation_gradient(simd, g.activation, output, gradient)
}

#[inline(always)]
fn add<S: Simd>(simd: S, out: &mut [f32], at: usize, value: S::f32s) {
    store::<S>(out, at, simd.add_f32s(load::<S>(out, at), value));
}
