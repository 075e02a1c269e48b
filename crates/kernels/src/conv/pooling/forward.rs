//! Pooling of a row.

use pulp::Simd;

use super::window::{PoolWindow, RingLayout};
use crate::activation::activate;
use crate::conv::geometry::Geometry;
use crate::simd::{load, store_bytes, store_some};
use crate::spec::PoolKind;

/// Writes row `y` of the output, `[width, channels]`, to the start of `out`, and of a maximum its
/// number in the window to `argmax`. Returns whether all values were finite.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub fn pool_row<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &mut PoolWindow,
    layout: RingLayout,
    rows: &[f32],
    y: usize,
    out: &mut [f32],
    mut argmax: Option<&mut [u8]>,
) -> bool {
    if g.mean_pools_2x2() {
        return mean_2x2(simd, g, layout, rows, y, out);
    }
    let mut finite = simd.splat_f32s(0.0);
    for x in 0..g.out_size[1] {
        window.advance(g, layout, y, x);
        // A vector may reach into the next position, which is written later.
        let out = &mut out[x * g.out_channels..];
        let argmax = match &mut argmax {
            Some(argmax) => &mut argmax[x * g.out_channels..],
            None => &mut [],
        };
        if g.pool.kind == PoolKind::Max {
            max_window(simd, g, window, rows, out, argmax, &mut finite);
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
    window: &PoolWindow,
    rows: &[f32],
    out: &mut [f32],
    argmax: &mut [u8],
    finite: &mut S::f32s,
) {
    let zero = simd.splat_f32s(0.0);
    let activation = g.activation.filter(|_| g.max_pools());
    for channel in (0..g.out_channels).step_by(S::F32_LANES) {
        let mut best = simd.splat_f32s(f32::NEG_INFINITY);
        let mut index = simd.splat_u32s(0);
        for (&at, &tap) in window.offsets.iter().zip(&window.taps) {
            let value = load::<S>(rows, at + channel);
            *finite = simd.mul_add_e_f32s(value, zero, *finite);
            let more = simd.greater_than_f32s(value, best);
            best = simd.select_f32s(more, value, best);
            index = simd.select_u32s(more, simd.splat_u32s(tap), index);
        }
        let value = activate(simd, activation, best);
        store_some::<S>(&mut out[channel..], value);
        if !argmax.is_empty() {
            store_bytes::<S>(&mut argmax[channel..], index);
        }
    }
}

#[inline(always)]
fn mean_window<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &PoolWindow,
    rows: &[f32],
    out: &mut [f32],
    finite: &mut S::f32s,
) {
    let zero = simd.splat_f32s(0.0);
    let scale = simd.splat_f32s(1.0 / window.divisor(g));
    for channel in (0..g.out_channels).step_by(S::F32_LANES) {
        let mut sum = zero;
        for &at in &window.offsets {
            sum = simd.add_f32s(sum, load::<S>(rows, at + channel));
        }
        let mean = simd.mul_f32s(sum, scale);
        *finite = simd.mul_add_e_f32s(mean, zero, *finite);
        store_some::<S>(&mut out[channel..], mean);
    }
}

/// [`pool_row`] for [`Geometry::mean_pools_2x2`].
#[inline(always)]
fn mean_2x2<S: Simd>(
    simd: S,
    g: &Geometry,
    layout: RingLayout,
    rows: &[f32],
    y: usize,
    out: &mut [f32],
) -> bool {
    let [upper, lower] = [2 * y, 2 * y + 1].map(|row| &rows[layout.at(row, 0)..][..layout.row]);
    let (zero, quarter) = (simd.splat_f32s(0.0), simd.splat_f32s(0.25));
    let mut finite = zero;
    for x in 0..g.out_size[1] {
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
