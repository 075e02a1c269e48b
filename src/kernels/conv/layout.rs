//! Copies between the layouts of tensors and the ones the kernels read.

use pulp::Simd;

use super::geometry::Geometry;
use crate::kernels::buffer::Buffer;
use crate::kernels::host::View;
use crate::kernels::simd::load;

/// Vectors of output channels in one panel of weights.
pub fn panel_vectors(columns: usize, lanes: usize) -> usize {
    if columns > lanes { 2 } else { 1 }
}

/// A matrix cut into panels of a few vectors, each panel contiguous: `[panel][row][column]`.
///
/// Columns past the last are zero.
#[derive(Debug)]
pub struct Panels {
    pub values: Buffer,
    pub rows: usize,
    /// Columns per panel: whole vectors.
    pub width: usize,
    pub panels: usize,
}

impl Panels {
    /// Packs `value(row, column)` for all rows and columns.
    pub fn pack(
        rows: usize,
        columns: usize,
        lanes: usize,
        value: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let width = panel_vectors(columns, lanes) * lanes;
        let panels = columns.div_ceil(width);
        let mut values = Buffer::zeros(panels * rows * width);
        for (panel, block) in values.chunks_exact_mut(rows * width).enumerate() {
            let first = panel * width;
            let count = width.min(columns - first);
            for (row, out) in block.chunks_exact_mut(width).enumerate() {
                for (column, out) in out[..count].iter_mut().enumerate() {
                    *out = value(row, first + column);
                }
            }
        }
        Self {
            values,
            rows,
            width,
            panels,
        }
    }

    /// Packs `value(channel, tap)` as one panel of whole filters: `[output channel][tap]`.
    pub fn filters(geometry: &Geometry, value: impl Fn(usize, usize) -> f32) -> Self {
        let (rows, width) = (geometry.out_channels, geometry.taps());
        let mut values = Buffer::zeros(rows * width);
        for (channel, filter) in values.chunks_exact_mut(width).enumerate() {
            for (tap, out) in filter.iter_mut().enumerate() {
                *out = value(channel, tap);
            }
        }
        Self {
            values,
            rows,
            width,
            panels: 1,
        }
    }

    /// Where a panel starts.
    pub fn at(&self, panel: usize) -> usize {
        panel * self.rows * self.width
    }
}

/// Output channels with the gap after each position that whole panels need: whole vectors.
pub fn channel_stride(geometry: &Geometry, lanes: usize) -> usize {
    let [_, out] = geometry.group();
    let width = panel_vectors(out, lanes) * lanes;
    let last = (geometry.groups - 1) * out + out.div_ceil(width) * width;
    last.max(geometry.out_channels).next_multiple_of(lanes)
}

/// Copies rows `rows` of image `image`, padded, channels-last, to the start of `out`.
pub fn pad_image(
    geometry: &Geometry,
    images: &View,
    image: usize,
    rows: std::ops::Range<usize>,
    out: &mut [f32],
) {
    let [top, left, ..] = geometry.padding;
    let start = left * geometry.channels;
    let len = geometry.width * geometry.channels;
    for (row, out) in rows.zip(out.chunks_exact_mut(geometry.row)) {
        match row.checked_sub(top) {
            Some(y) if y < geometry.height => {
                out[..start].fill(0.0);
                images.copy_row(image, y, geometry.channels, &mut out[start..start + len]);
                out[start + len..].fill(0.0);
            }
            _ => out.fill(0.0),
        }
    }
}

/// Whether no value is NaN or infinite.
#[inline(always)]
pub fn all_finite<S: Simd>(simd: S, values: &[f32]) -> bool {
    let zero = simd.splat_f32s(0.0);
    let mut sum = zero;
    let whole = values.len() / S::F32_LANES * S::F32_LANES;
    for at in (0..whole).step_by(S::F32_LANES) {
        // Zero, or NaN.
        sum = simd.mul_add_e_f32s(load::<S>(values, at), zero, sum);
    }
    simd.reduce_sum_f32s(sum) == 0.0 && values[whole..].iter().all(|value| value.is_finite())
}
