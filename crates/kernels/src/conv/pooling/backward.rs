//! The backward pass through the pooling and the activation of a row.

use pulp::Simd;

use super::window::{PoolWindow, RingLayout};
use crate::activation::activation_gradient;
use crate::conv::geometry::Geometry;
use crate::simd::{load, load_bytes, load_some, store};

/// What the forward pass saved of one image, `[rows, width, channels]` each.
pub struct SavedImage<'a> {
    /// The output of the block.
    pub output: &'a [f32],
    /// Number of each maximum in its window.
    pub argmax: Option<&'a [u8]>,
    /// The activated convolution before average pooling.
    pub activated: Option<&'a [f32]>,
}

/// Adds to `out` the gradient with respect to the convolution before its activation that row `y`
/// of the output contributes.
///
/// `gradient` is the one with respect to the output, `[rows, width, channels]` with the layout's
/// stride. `out` holds rows `first..` in `layout`, whose ring has all rows.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub fn pool_row_backward<S: Simd>(
    simd: S,
    g: &Geometry,
    window: &mut PoolWindow,
    layout: RingLayout,
    saved: &SavedImage,
    gradient: &[f32],
    y: usize,
    first: usize,
    out: &mut [f32],
) {
    let skip = first * layout.row;
    for x in 0..g.out_size[1] {
        window.advance(g, layout, y, x);
        let position = y * g.out_size[1] + x;
        let scale = simd.splat_f32s(1.0 / window.divisor(g));
        for channel in (0..g.out_channels).step_by(S::F32_LANES) {
            let at = position * g.out_channels + channel;
            let gradient = load::<S>(gradient, position * layout.stride + channel);
            if let Some(activated) = saved.activated {
                let share = simd.mul_f32s(gradient, scale);
                for &to in &window.offsets {
                    let from = to / layout.stride * g.out_channels + channel;
                    let output = load_some::<S>(&activated[from..]);
                    let share = activation_gradient(simd, g.activation, output, share);
                    add::<S>(simd, out, to - skip + channel, share);
                }
                continue;
            }
            if let Some(argmax) = saved.argmax {
                let gradient = activation_backward(simd, g, saved, at, gradient);
                let index = load_bytes::<S>(&argmax[at..]);
                for (&to, &tap) in window.offsets.iter().zip(&window.taps) {
                    let here = simd.equal_u32s(index, simd.splat_u32s(tap));
                    let share = simd.select_f32s(here, gradient, simd.splat_f32s(0.0));
                    add::<S>(simd, out, to - skip + channel, share);
                }
                continue;
            }
            let share = match g.unpooled() {
                true => activation_backward(simd, g, saved, at, gradient),
                false => simd.mul_f32s(gradient, scale),
            };
            for &to in &window.offsets {
                add::<S>(simd, out, to - skip + channel, share);
            }
        }
    }
}

/// The gradient with respect to the input of an activation that comes last in the block. Lanes past
/// the last channel hold any value.
#[inline(always)]
pub fn activation_backward<S: Simd>(
    simd: S,
    g: &Geometry,
    saved: &SavedImage,
    at: usize,
    gradient: S::f32s,
) -> S::f32s {
    if g.activation.is_none() {
        return gradient;
    }
    let output = load_some::<S>(&saved.output[at..]);
    activation_gradient(simd, g.activation, output, gradient)
}

#[inline(always)]
fn add<S: Simd>(simd: S, out: &mut [f32], at: usize, value: S::f32s) {
    store::<S>(out, at, simd.add_f32s(load::<S>(out, at), value));
}
