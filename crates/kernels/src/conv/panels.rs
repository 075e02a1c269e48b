//! Weights in the order in which the products read them.

use rayon::prelude::*;

use super::geometry::Geometry;
use crate::buffer::Buffer;

/// Vectors in one panel of `columns` output channels.
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
    /// Columns of a panel: whole vectors.
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

    /// Offset of the first row's value in a column.
    fn column(&self, column: usize) -> usize {
        self.at(column / self.width) + column % self.width
    }

    /// The filters of one group for the forward pass: `[tap][output channel]`.
    pub fn by_tap(g: &Geometry, lanes: usize, group: usize, kernel: &[f32]) -> Self {
        let [inputs, group_out] = g.group();
        let width = panel_vectors(group_out, lanes) * lanes;
        let mut panels = Self::zeros(g.taps(), group_out, width);
        let size = panels.rows * width;
        let min_len = MIN_WORK.div_ceil(size);
        (panels
            .values
            .par_chunks_exact_mut(size)
            .enumerate()
            .with_min_len(min_len))
        .for_each(|(panel, values)| {
            let first = panel * width;
            let channels = first..(first + width).min(group_out);
            // All channels of a panel at once, so that each cache line is written in one go.
            let filters: Vec<&[f32]> = channels
                .map(|channel| filter(g, group * group_out + channel, kernel))
                .collect();
            let taps = g.kernel[0] * g.kernel[1];
            for input in 0..inputs {
                for tap in 0..taps {
                    let row = &mut values[(tap * inputs + input) * width..];
                    for (to, filter) in row.iter_mut().zip(&filters) {
                        *to = filter[input * taps + tap];
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
        let width = panel_vectors(g.run_len, lanes) * lanes;
        let taps = g.kernel[0] * g.kernel[1];
        let per_run = g.run_len / inputs;
        let min_len = MIN_WORK.div_ceil(g.run_len * group_out);
        (0..g.run_offsets.len())
            .into_par_iter()
            .with_min_len(min_len)
            .map(|run| {
                let mut panels = Self::zeros(group_out, g.run_len, width);
                for channel in 0..group_out {
                    let filter = filter(g, group * group_out + channel, kernel);
                    for tap in 0..per_run {
                        for input in 0..inputs {
                            let to = panels.column(tap * inputs + input) + channel * width;
                            let from = input * taps + run * per_run + tap;
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
        let mut panel = Self::zeros(g.run_offsets.len(), width, width);
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
        let taps = g.kernel[0] * g.kernel[1];
        for (channel, to) in panel.values.chunks_exact_mut(width).enumerate() {
            let filter = filter(g, channel, kernel);
            for (tap, to) in to.chunks_exact_mut(inputs).enumerate() {
                let values = filter[tap..].iter().step_by(taps);
                to.iter_mut()
                    .zip(values)
                    .for_each(|(to, value)| *to = *value);
            }
        }
        panel
    }

    /// Offset of a panel.
    pub fn at(&self, panel: usize) -> usize {
        panel * self.rows * self.width
    }
}

/// The fewest values of one thread, where weights are copied.
const MIN_WORK: usize = 1 << 17;

/// One filter of a weight `[out channels, channels / groups, height, width]`.
fn filter<'a>(g: &Geometry, filter: usize, kernel: &'a [f32]) -> &'a [f32] {
    let len = g.taps();
    &kernel[filter * len..(filter + 1) * len]
}

/// Distance between positions of channels-last outputs: the output channels and a gap, so that
/// whole panels can be written.
pub fn channel_stride(geometry: &Geometry, lanes: usize) -> usize {
    if geometry.depthwise() {
        return geometry.channels.next_multiple_of(lanes);
    }
    let [_, out] = geometry.group();
    let width = panel_vectors(out, lanes) * lanes;
    let last = (geometry.groups - 1) * out + out.div_ceil(width) * width;
    last.max(geometry.out_channels).next_multiple_of(lanes)
}
