//! Copies between the layouts of tensors and the ones the kernels read.

use pulp::Simd;
use rayon::prelude::*;

use super::geometry::Geometry;
use crate::buffer::Buffer;
use crate::host::View;
use crate::simd::load;

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
        let [inputs, group_out] = g.group();
        let width = panel_vectors(group_out, lanes) * lanes;
        let mut panels = Self::zeros(g.taps(), group_out, width);
        let size = panels.rows * width;
        let least = LEAST_WORK.div_ceil(size);
        (panels
            .values
            .par_chunks_exact_mut(size)
            .enumerate()
            .with_min_len(least))
        .for_each(|(panel, values)| {
            let first = panel * width;
            let channels = first..(first + width).min(group_out);
            // All channels of a panel abreast: one line of memory is written at a time.
            let filters: Vec<&[f32]> = channels
                .map(|channel| filter(g, group * group_out + channel, kernel))
                .collect();
            let places = g.kernel[0] * g.kernel[1];
            for input in 0..inputs {
                for place in 0..places {
                    let row = &mut values[(place * inputs + input) * width..];
                    for (to, filter) in row.iter_mut().zip(&filters) {
                        *to = filter[input * places + place];
                    }
                }
            }
        });
        panels
    }

    /// The filters of one group for the gradient of the images, for each run:
    /// `[output channel][value of the run]`.
    pub fn by_run(g: &Geometry, lanes: usize, group: usize, kernel: &[f32]) -> Vec<Self> {
        let [inputs, group_out] = g.group();
        let width = panel_vectors(g.run, lanes) * lanes;
        let places = g.kernel[0] * g.kernel[1];
        let per_run = g.run / inputs;
        let least = LEAST_WORK.div_ceil(g.run * group_out);
        (0..g.runs.len())
            .into_par_iter()
            .with_min_len(least)
            .map(|run| {
                let mut panels = Self::zeros(group_out, g.run, width);
                for channel in 0..group_out {
                    let filter = filter(g, group * group_out + channel, kernel);
                    for place in 0..per_run {
                        for input in 0..inputs {
                            let to = panels.column(place * inputs + input) + channel * width;
                            let from = input * places + run * per_run + place;
                            panels.values[to] = filter[from];
                        }
                    }
                }
                panels
            })
            .collect()
    }

    /// The filters of a depthwise convolution as one panel: `[tap][channel]`.
    pub fn depthwise(g: &Geometry, lanes: usize, kernel: &[f32]) -> Self {
        let width = g.channels.next_multiple_of(lanes);
        let mut panel = Self::zeros(g.runs.len(), width, width);
        for channel in 0..g.channels {
            for (tap, value) in filter(g, channel, kernel).iter().enumerate() {
                panel.values[tap * width + channel] = *value;
            }
        }
        panel
    }

    /// Whole filters as one panel: `[output channel][tap]`.
    pub fn filters(g: &Geometry, kernel: &[f32]) -> Self {
        let width = g.taps();
        let mut panel = Self::zeros(g.out_channels, width, width);
        let [inputs, _] = g.group();
        let places = g.kernel[0] * g.kernel[1];
        for (channel, to) in panel.values.chunks_exact_mut(width).enumerate() {
            let filter = filter(g, channel, kernel);
            for (place, to) in to.chunks_exact_mut(inputs).enumerate() {
                let values = filter[place..].iter().step_by(places);
                to.iter_mut()
                    .zip(values)
                    .for_each(|(to, value)| *to = *value);
            }
        }
        panel
    }

    /// Where a panel starts.
    pub fn at(&self, panel: usize) -> usize {
        panel * self.rows * self.width
    }
}

/// Values for one thread at least, where weights are copied.
const LEAST_WORK: usize = 1 << 17;

/// One filter of a weight `[out channels, channels / groups, height, width]`.
fn filter<'a>(g: &Geometry, filter: usize, kernel: &'a [f32]) -> &'a [f32] {
    let len = g.taps();
    &kernel[filter * len..(filter + 1) * len]
}

/// Output channels with the gap after each position that whole panels need: whole vectors.
pub fn channel_stride(geometry: &Geometry, lanes: usize) -> usize {
    if geometry.depthwise() {
        return geometry.channels.next_multiple_of(lanes);
    }
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

/// The largest absolute value; `None` where a value is NaN or infinite.
#[inline(always)]
pub fn largest_magnitude(values: &[f32]) -> Option<f32> {
    let mut parts = [0.0f32; 16];
    let mut sums = [0.0f32; 16];
    // Plain arithmetic on many values abreast: the compiler makes vectors of it.
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        for ((part, sum), value) in parts.iter_mut().zip(&mut sums).zip(chunk) {
            *part = part.max(value.abs());
            *sum += value * 0.0;
        }
    }
    let most = parts.iter().fold(0.0, |most: f32, part| most.max(*part));
    let most = rest.iter().fold(most, |most, value| most.max(value.abs()));
    let finite = sums.iter().chain(rest).all(|value| value.is_finite());
    finite.then_some(most)
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
