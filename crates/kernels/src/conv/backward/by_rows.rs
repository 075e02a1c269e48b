//! The backward pass over all positions of the convolution, some rows at a time.

use pulp::Simd;

use super::inputs::BackwardInputs;
use super::products::{image_gradient, weight_gradient};
use super::scratch::{BackwardScratch, Sums};
use crate::conv::pooling::{RingLayout, SavedImage, pool_row_backward};
use crate::simd::{load, store};

/// Values of the gradient of the convolution worked on together, at most, unless one row is more.
const MAX_VALUES: usize = 1 << 15;

/// Adds the gradients of an image to `sums`, and to `scratch.image_gradient` where `needs_image`.
#[inline(always)]
pub fn by_rows<S: Simd>(
    simd: S,
    inputs: &BackwardInputs,
    saved: &SavedImage,
    needs_image: bool,
    sums: &mut Sums,
    scratch: &mut BackwardScratch,
) {
    let g = inputs.geometry;
    let stride = inputs.stride;
    let wide = 2 * S::F32_LANES;
    // The ring has all rows of the image, so that none takes the place of another.
    let layout = RingLayout {
        ring: g.conv_size[0],
        row: g.conv_size[1] * stride,
        stride,
    };
    let step = (MAX_VALUES / (g.conv_size[1] * g.pool.stride[0] * stride)).max(1);
    let mut start = 0;
    while start < g.out_size[0] {
        let end = (start + step).min(g.out_size[0]);
        let conv_rows = g.conv_rows(start..end);
        let positions = conv_rows.len() * g.conv_size[1];
        scratch.rows.clear(positions * stride + wide);
        for y in start..end {
            let (window, rows) = (&mut scratch.window, &mut scratch.rows);
            let gradient = &scratch.output_gradient;
            pool_row_backward(
                simd,
                g,
                window,
                layout,
                saved,
                gradient,
                y,
                conv_rows.start,
                rows,
            );
        }
        let rows = &scratch.rows;
        add_bias(simd, &rows[..positions * stride], stride, &mut sums.bias);
        let operands = &mut scratch.operands;
        if inputs.weight_gradient {
            let (image, sums) = (&scratch.image, &mut sums.weights);
            let conv_rows = conv_rows.clone();
            weight_gradient(simd, inputs, image, rows, conv_rows, operands, sums);
        }
        if needs_image {
            let image = &mut scratch.image_gradient;
            image_gradient(simd, inputs, rows, conv_rows, operands, image);
        }
        start = end;
    }
}

/// Adds the sum over all positions to `bias`.
#[inline(always)]
fn add_bias<S: Simd>(simd: S, rows: &[f32], stride: usize, bias: &mut [f32]) {
    for channel in (0..stride).step_by(S::F32_LANES) {
        let mut sum = load::<S>(bias, channel);
        for at in (channel..rows.len()).step_by(stride) {
            sum = simd.add_f32s(sum, load::<S>(rows, at));
        }
        store::<S>(bias, channel, sum);
    }
}
