//! 2x2 maxima side by side: each is found while the four sums are still in registers.

use pulp::Simd;

use super::inputs::ForwardInputs;
use super::outputs::Band;
use super::scratch::ForwardScratch;
use crate::product::{Epilogue, Row, WINDOW};
use crate::uninit::UninitSlice;

/// Values of an image that stay in the cache until they are used again.
const CACHED: usize = 1 << 16;

/// Convolution, activation and max pooling over 2x2 windows side by side.
#[inline(always)]
pub fn max_pool_2x2<S: Simd>(
    simd: S,
    inputs: &ForwardInputs,
    band: Band,
    first_row: usize,
    scratch: &mut ForwardScratch,
) {
    let g = inputs.geometry;
    let (output, argmax) = (
        band.output.zeroed(),
        band.argmax.map_or(&mut [][..], UninitSlice::zeroed),
    );
    let ForwardScratch {
        image,
        windows,
        windows_of,
        ..
    } = scratch;
    // Those of the previous image are used again.
    if windows_of.as_ref() != Some(&band.rows) {
        windows.clear();
        for (line, y) in band.rows.clone().enumerate() {
            for x in 0..g.out_size[1] {
                let to = (line * g.out_size[1] + x) * g.out_channels;
                let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, right)| Row {
                    from: g.base(2 * y + down, 2 * x + right) - first_row * g.row_len,
                    to,
                });
                windows.extend(window);
            }
        }
        *windows_of = Some(band.rows);
    }
    let [group_in, group_out] = g.group();
    // All panels of weights for some rows, so that the rows are still in the cache.
    let rows = (CACHED / (2 * g.row_len)).max(1);
    for windows in windows.chunks(rows * g.out_size[1] * WINDOW) {
        for (group, weights) in inputs.weights.iter().enumerate() {
            for panel in 0..weights.panels {
                let first = panel * weights.width;
                let channel = group * group_out + first;
                let product = inputs.product::<S>(&image[group * group_in..], weights, panel);
                let mut epilogue = Epilogue::MaxPool {
                    bias: &inputs.bias[channel..],
                    activation: g.activation,
                    out: &mut output[channel..],
                    argmax: argmax.get_mut(channel..).unwrap_or_default(),
                };
                product.run(simd, windows, &mut epilogue);
            }
        }
    }
}
