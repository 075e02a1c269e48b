//! Blocks without pooling.

use pulp::Simd;

use super::convolve::{MIN_POSITIONS, convolve};
use super::inputs::ForwardInputs;
use super::outputs::Band;
use super::scratch::ForwardScratch;
use crate::conv::finite::all_finite;
use crate::product::Row;

/// Convolution and activation. Returns whether all values were finite.
#[inline(always)]
pub fn unpooled<S: Simd>(
    simd: S,
    inputs: &ForwardInputs,
    band: Band,
    first_row: usize,
    scratch: &mut ForwardScratch,
) -> bool {
    let g = inputs.geometry;
    let mut rest = band.output;
    let positions = &mut scratch.positions;
    let step = MIN_POSITIONS.div_ceil(g.conv_size[1]);
    let row = g.conv_size[1] * g.out_channels;
    let mut finite = true;
    for start in band.rows.clone().step_by(step) {
        let end = (start + step).min(band.rows.end);
        // Zeroed in small parts, so that each is still in the cache when it is filled.
        let output = rest.split_to((end - start) * row).zeroed();
        positions.clear();
        for y in start..end {
            positions.extend((0..g.conv_size[1]).map(|x| Row {
                from: g.base(y, x) - first_row * g.row_len,
                to: (y - start) * row + x * g.out_channels,
            }));
        }
        convolve(
            simd,
            inputs,
            &scratch.image,
            positions,
            g.activation,
            output,
        );
        finite &= all_finite(simd, output);
    }
    finite
}
