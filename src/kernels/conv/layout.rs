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
    /// Zeros for `rows` and `columns`.
    fn zeros(rows: usize, columns: usize, width: usize) -> Self {
        let panels = columns.div_ceil(width);
        Self {
            values: Buffer::zeros(panels * rows * width),
            rows,
            width,
            panels,
        }
    }

    /// Where a value lies, from that of the first row of its panel.
    fn column(&self, column: usize) -> usize {
        self.at(column / self.width) + column % self.width
    }

    /// The filters of one group for the forward pass: `[tap][output channel]`.
    pub fn by_tap(g: &Geometry, lanes: usize, group: usize, kernel: &[f32]) -> Self {
        let [_, group_out] = g.group();
        let width = panel_vectors(group_out, lanes) * lanes;
        let mut panels = Self::zeros(g.taps(), group_out, width);
        for channel in 0..group_out {
            let to = panels.column(channel);
            for (tap, value) in taps(g, group * group_out + channel, kernel) {
                panels.values[to + tap * width] = value;
            }
        }
        panels
    }

    /// The filters of one group for the gradient of the images, for each run:
    /// `[output channel][value of the run]`.
    pub fn by_run(g: &Geometry, lanes: usize, group: usize, kernel: &[f32]) -> Vec<Self> {
        let [_, group_out] = g.group();
        let width = panel_vectors(g.run, lanes) * lanes;
        let mut runs: Vec<_> = (g.runs.iter())
            .map(|_| Self::zeros(group_out, g.run, width))
            .collect();
        for channel in 0..group_out {
            for (tap, value) in taps(g, group * group_out + channel, kernel) {
                let run = &mut runs[tap / g.run];
                let to = run.column(tap % g.run) + channel * width;
                run.values[to] = value;
            }
        }
        runs
    }

    /// The filters of a depthwise convolution as one panel: `[tap][channel]`.
    pub fn depthwise(g: &Geometry, lanes: usize, kernel: &[f32]) -> Self {
        let width = g.channels.next_multiple_of(lanes);
        let mut panel = Self::zeros(g.runs.len(), width, width);
        for channel in 0..g.channels {
            for (tap, value) in taps(g, channel, kernel) {
                panel.values[tap * width + channel] = value;
            }
        }
        panel
    }

    /// Whole filters as one panel: `[output channel][tap]`.
    pub fn filters(g: &Geometry, kernel: &[f32]) -> Self {
        let width = g.taps();
        let mut panel = Self::zeros(g.out_channels, width, width);
        for (channel, filter) in panel.values.chunks_exact_mut(width).enumerate() {
            for (tap, value) in taps(g, channel, kernel) {
                filter[tap] = value;
            }
        }
        panel
    }

    /// Where a panel starts.
    pub fn at(&self, panel: usize) -> usize {
        panel * self.rows * self.width
    }
}

/// The values of one filter of a weight `[out channels, channels / groups, height, width]`, each
/// with its number in the order of the runs.
pub fn taps<'a>(
    g: &Geometry,
    filter: usize,
    kernel: &'a [f32],
) -> impl Iterator<Item = (usize, f32)> + 'a {
    let [inputs, _] = g.group();
    let places = g.kernel[0] * g.kernel[1];
    let filter = &kernel[filter * inputs * places..][..inputs * places];
    (filter.chunks_exact(places).enumerate()).flat_map(move |(input, values)| {
        (values.iter().enumerate()).map(move |(place, &value)| (place * inputs + input, value))
    })
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
