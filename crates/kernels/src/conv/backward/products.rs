//! Gradients of weights and images from the gradient of some rows of the convolution.

use std::ops::Range;

use pulp::Simd;

use super::inputs::BackwardInputs;
use super::method::Method;
use super::scratch::Operands;
use crate::conv::depthwise;
use crate::conv::panels::panel_vectors;
use crate::product::{Epilogue, Product, Row};

/// Adds `sum over positions of image[position + tap] * rows[position]` to `sums` for each tap;
/// `rows` is the gradient of rows `conv_rows` of the convolution.
#[inline(always)]
pub fn weight_gradient<S: Simd>(
    simd: S,
    inputs: &BackwardInputs,
    image: &[f32],
    rows: &[f32],
    conv_rows: Range<usize>,
    operands: &mut Operands,
    sums: &mut [f32],
) {
    let g = inputs.geometry;
    if inputs.method == Method::Depthwise {
        operands.set_positions(inputs, conv_rows);
        let stride = g.channels.next_multiple_of(S::F32_LANES);
        depthwise::weight_gradient(simd, g, image, rows, stride, &operands.rows, sums);
        return;
    }
    let [group_in, group_out] = g.group();
    let width = panel_vectors(group_out, S::F32_LANES) * S::F32_LANES;
    let panels = group_out.div_ceil(width);
    operands.segments.clear();
    (operands.segments).extend(conv_rows.map(|y| g.base(y, 0)));
    operands.rows.clear();
    let taps = inputs.taps.iter().enumerate();
    (operands.rows).extend(taps.map(|(tap, &from)| Row {
        from,
        to: tap * width,
    }));
    for group in 0..g.groups {
        for panel in 0..panels {
            let product = Product {
                a: &image[group * group_in..],
                segments: &operands.segments,
                len: g.conv_size[1],
                step: g.stride[1] * g.channels,
                b: rows,
                b_start: group * group_out + panel * width,
                b_step: inputs.stride,
                wide: width > S::F32_LANES,
                columns: width,
            };
            let at = (group * panels + panel) * inputs.taps.len() * width;
            let mut epilogue = Epilogue::Accumulate(&mut sums[at..]);
            product.run(simd, &operands.rows, &mut epilogue);
        }
    }
}

/// Adds `rows[position] * weights` to the values of `image` under the kernel at each position;
/// `rows` is the gradient of rows `conv_rows` of the convolution.
#[inline(always)]
pub fn image_gradient<S: Simd>(
    simd: S,
    inputs: &BackwardInputs,
    rows: &[f32],
    conv_rows: Range<usize>,
    operands: &mut Operands,
    image: &mut [f32],
) {
    let g = inputs.geometry;
    operands.set_positions(inputs, conv_rows);
    if let (Method::Depthwise, [weights]) = (inputs.method, inputs.weights.as_slice()) {
        let (values, stride) = (&weights.values, weights.width);
        depthwise::image_gradient(simd, g, rows, values, stride, &operands.rows, image);
        return;
    }
    let [group_in, group_out] = g.group();
    for (index, weights) in inputs.weights.iter().enumerate() {
        let (group, run) = (index / g.run_offsets.len(), index % g.run_offsets.len());
        for panel in 0..weights.panels {
            let product = Product {
                a: &rows[group * group_out..],
                segments: &[0],
                len: group_out,
                step: 1,
                b: &weights.values,
                b_start: weights.at(panel),
                b_step: weights.width,
                wide: weights.width > S::F32_LANES,
                columns: g.run_len - panel * weights.width,
            };
            let at = g.run_offsets[run] + group * group_in + panel * weights.width;
            let mut epilogue = Epilogue::Accumulate(&mut image[at..]);
            product.run(simd, &operands.rows, &mut epilogue);
        }
    }
}
