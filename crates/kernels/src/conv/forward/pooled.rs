//! Blocks with pooling of any kind: rows of the convolution live in a ring, so that windows that
//! overlap share them.

use std::ops::Range;

use pulp::Simd;

use super::convolve::{MIN_POSITIONS, convolve};
use super::inputs::ForwardInputs;
use super::outputs::Band;
use super::scratch::ForwardScratch;
use crate::activation::activate;
use crate::conv::geometry::Geometry;
use crate::conv::panels::channel_stride;
use crate::conv::pooling::{RingLayout, pool_row};
use crate::product::Row;
use crate::simd::{load, store, store_some};
use crate::spec::Activation;
use crate::uninit::UninitSlice;

/// Convolution, activation and pooling. Returns whether all values were finite.
#[inline(always)]
pub fn pooled<S: Simd>(
    simd: S,
    inputs: &ForwardInputs,
    band: Band,
    first_row: usize,
    scratch: &mut ForwardScratch,
) -> bool {
    let g = inputs.geometry;
    let output = band.output.zeroed();
    let mut argmax = band.argmax.map(UninitSlice::zeroed);
    let mut activated = band.activated.map(UninitSlice::zeroed);
    // Maxima are found first, so that fewer values are activated; the order does not matter to
    // them because activations are monotonic.
    let before_pooling = g.activation.filter(|_| !g.max_pools());
    let stride = position_stride::<S>(inputs, before_pooling);
    let step = MIN_POSITIONS
        .div_ceil(g.conv_size[1] * g.pool.stride[0])
        .max(1);
    let layout = RingLayout {
        ring: g.pool.axis(0).input_size(step),
        row: g.conv_size[1] * stride + S::F32_LANES,
        stride,
    };
    let len = layout.ring * layout.row + S::F32_LANES;
    scratch.rows.clear(len);

    let mut done = g.conv_rows(band.rows.clone()).start;
    let mut start = band.rows.start;
    let mut finite = true;
    while start < band.rows.end {
        let end = (start + step).min(band.rows.end);
        let under_windows = g.conv_rows(start..end);
        let new = done.max(under_windows.start)..under_windows.end;
        convolve_rows(
            simd,
            inputs,
            scratch,
            new.clone(),
            first_row,
            layout,
            before_pooling,
        );
        let ForwardScratch { rows, window, .. } = &mut *scratch;
        if let Some(activated) = activated.as_deref_mut() {
            copy_rows::<S>(g, rows, layout, new, activated);
        }
        done = under_windows.end;
        for y in start..end {
            let at = (y - band.rows.start) * g.out_size[1] * g.out_channels;
            let out = &mut output[at..];
            let argmax = argmax.as_deref_mut().map(|argmax| &mut argmax[at..]);
            finite &= pool_row(simd, g, window, layout, rows, y, out, argmax);
        }
        start = end;
    }
    finite
}

/// Distance between positions in the ring.
///
/// Of a single panel, what is written past the last channel is overwritten by the next position.
/// Without a gap between positions, fewer vectors need an activation.
#[inline(always)]
fn position_stride<S: Simd>(inputs: &ForwardInputs, before_pooling: Option<Activation>) -> usize {
    let g = inputs.geometry;
    let single = matches!(inputs.weights.as_slice(), [weights] if weights.panels == 1);
    match single && before_pooling.is_some() && !g.depthwise() {
        true => g.out_channels,
        false => channel_stride(g, S::F32_LANES),
    }
}

/// Computes rows of the convolution and activates them.
#[inline(always)]
fn convolve_rows<S: Simd>(
    simd: S,
    inputs: &ForwardInputs,
    scratch: &mut ForwardScratch,
    new: Range<usize>,
    first_row: usize,
    layout: RingLayout,
    activation: Option<Activation>,
) {
    let g = inputs.geometry;
    let ForwardScratch {
        image,
        rows,
        positions,
        ..
    } = scratch;
    positions.clear();
    for y in new.clone() {
        for x in 0..g.conv_size[1] {
            positions.push(Row {
                from: g.base(y, x) - first_row * g.row_len,
                to: layout.at(y, x),
            });
        }
    }
    let in_registers = activation.filter(|activation| activation.clamps());
    convolve(simd, inputs, image, positions, in_registers, rows);
    if in_registers != activation {
        for y in new {
            for at in (layout.at(y, 0)..layout.at(y, g.conv_size[1])).step_by(S::F32_LANES) {
                let value = activate(simd, activation, load::<S>(rows, at));
                store::<S>(rows, at, value);
            }
        }
    }
}

/// Copies rows of the ring to `out`, `[rows, width, channels]` of the whole image.
#[inline(always)]
fn copy_rows<S: Simd>(
    g: &Geometry,
    rows: &[f32],
    layout: RingLayout,
    new: Range<usize>,
    out: &mut [f32],
) {
    for y in new {
        if layout.stride == g.out_channels {
            let len = g.conv_size[1] * layout.stride;
            out[y * len..][..len].copy_from_slice(&rows[layout.at(y, 0)..][..len]);
            continue;
        }
        for x in 0..g.conv_size[1] {
            let from = layout.at(y, x);
            let to = (y * g.conv_size[1] + x) * g.out_channels;
            for channel in (0..g.out_channels).step_by(S::F32_LANES) {
                let value = load::<S>(rows, from + channel);
                store_some::<S>(&mut out[to + channel..], value);
            }
        }
    }
}
