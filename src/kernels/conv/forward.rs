//! The forward pass of one convolution block over a share of the images.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::depthwise;
use super::geometry::Geometry;
use super::layout::{Panels, all_finite, channel_stride, pad_image};
use super::pooling::{Layout, Window, pool_row};
use crate::kernels::Activation;
use crate::kernels::buffer::Buffer;
use crate::kernels::host::View;
use crate::kernels::simd::{Finish, Product, Row, load, store_some};

/// What all images share.
pub struct Shared<'a> {
    pub geometry: &'a Geometry,
    pub images: &'a View<'a>,
    /// One per group, `[taps][output channels of the group]`; a single one where the convolution
    /// is depthwise.
    pub weights: &'a [Panels],
    /// One per output channel.
    pub bias: &'a [f32],
}

/// A band of rows of one image, and where its results go.
pub struct Band<'a> {
    pub image: usize,
    /// Rows of the output.
    pub rows: Range<usize>,
    /// `[rows, width, channels]`
    pub output: &'a mut [f32],
    /// Of a maximum, where in its window each value came from; for the backward pass.
    pub picked: Option<&'a mut [u8]>,
    /// The convolution after its activation, `[rows, width, channels]`; for the backward pass of
    /// an average. Only where bands are whole images.
    pub activated: Option<&'a mut [f32]>,
}

/// Memory that one thread uses again and again.
#[derive(Default)]
pub struct Scratch {
    image: Buffer,
    rows: Buffer,
    positions: Vec<Row>,
    window: Window,
}

/// Runs `bands`; whether all values met were finite.
pub struct Forward<'a, 'b> {
    pub shared: &'a Shared<'a>,
    pub bands: &'a mut [Band<'b>],
    pub scratch: &'a mut Scratch,
}

impl WithSimd for Forward<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let mut finite = true;
        for band in self.bands {
            finite &= run_band(simd, self.shared, band, self.scratch);
        }
        finite
    }
}

/// Positions of the convolution worked on together: enough that tiles are full.
const GROUP: usize = 48;

#[inline(always)]
fn run_band<S: Simd>(simd: S, shared: &Shared, band: &mut Band, scratch: &mut Scratch) -> bool {
    let g = shared.geometry;
    let Scratch {
        image,
        rows,
        positions,
        window,
    } = scratch;
    let stride = channel_stride(g, S::F32_LANES);
    let needed = g.conv_rows(band.rows.clone());
    let first_row = needed.start * g.stride[0];
    let reach = g.runs.last().map_or(0, |run| run / g.row);
    let last_row = (needed.end - 1) * g.stride[0] + reach + 1;
    let len = (last_row - first_row) * g.row;
    image.set_len(len + S::F32_LANES);
    pad_image(g, shared.images, band.image, first_row..last_row, image);
    let mut finite = all_finite(simd, &image[..len]);

    let early = g.activation.filter(|_| !g.picks());
    let step = GROUP.div_ceil(g.conv[1] * g.pool.stride[0]).max(1);
    if g.unpooled() && stride == g.out_channels {
        // What is convolved is the output.
        for start in band.rows.clone().step_by(step) {
            let end = (start + step).min(band.rows.end);
            positions.clear();
            for y in start..end {
                positions.extend((0..g.conv[1]).map(|x| Row {
                    from: g.base(y, x) - first_row * g.row,
                    to: ((y - band.rows.start) * g.conv[1] + x) * stride,
                }));
            }
            convolve(simd, shared, image, positions, early, band.output);
            let row = g.conv[1] * stride;
            let done = (start - band.rows.start) * row..(end - band.rows.start) * row;
            finite &= all_finite(simd, &band.output[done]);
        }
        return finite;
    }

    // Rows of the convolution live in a ring, so that windows that overlap share them.
    let ring = (step - 1) * g.pool.stride[0] + g.pool.dilation[0] * (g.pool.kernel[0] - 1) + 1;
    rows.clear(ring * g.conv[1] * stride + 2 * S::F32_LANES);

    let mut done = needed.start;
    let mut start = band.rows.start;
    while start < band.rows.end {
        let end = (start + step).min(band.rows.end);
        let wanted = g.conv_rows(start..end);
        positions.clear();
        for y in done.max(wanted.start)..wanted.end {
            for x in 0..g.conv[1] {
                let to = ((y % ring) * g.conv[1] + x) * stride;
                positions.push(Row {
                    from: g.base(y, x) - first_row * g.row,
                    to,
                });
            }
        }
        convolve(simd, shared, image, positions, early, rows);
        if let Some(activated) = band.activated.as_deref_mut() {
            for y in done.max(wanted.start)..wanted.end {
                for x in 0..g.conv[1] {
                    let from = ((y % ring) * g.conv[1] + x) * stride;
                    let to = (y * g.conv[1] + x) * g.out_channels;
                    for channel in (0..g.out_channels).step_by(S::F32_LANES) {
                        let value = load::<S>(rows, from + channel);
                        store_some::<S>(&mut activated[to + channel..], value);
                    }
                }
            }
        }
        done = wanted.end;
        let layout = Layout { ring, stride };
        for y in start..end {
            let at = (y - band.rows.start) * g.out[1] * g.out_channels;
            let out = &mut band.output[at..];
            let picked = band.picked.as_deref_mut().map(|picked| &mut picked[at..]);
            finite &= pool_row(simd, g, window, layout, rows, y, out, picked);
        }
        start = end;
    }
    finite
}

/// The convolution at `positions`: where each kernel starts in `image`, and where its output
/// channels go in `out`.
#[inline(always)]
fn convolve<S: Simd>(
    simd: S,
    shared: &Shared,
    image: &[f32],
    positions: &[Row],
    activation: Option<Activation>,
    out: &mut [f32],
) {
    let g = shared.geometry;
    if let (true, [weights]) = (g.depthwise(), shared.weights) {
        let (stride, values) = (weights.width, &weights.values);
        let bias = shared.bias;
        depthwise::convolve(
            simd, g, image, values, stride, bias, positions, activation, out,
        );
        return;
    }
    let [group_in, group_out] = g.group();
    for (group, weights) in shared.weights.iter().enumerate() {
        for panel in 0..weights.panels {
            let channel = group * group_out + panel * weights.width;
            let product = Product {
                a: &image[group * group_in..],
                segments: &g.runs,
                len: g.run,
                step: 1,
                b: &weights.values,
                b_at: weights.at(panel),
                b_step: weights.width,
                wide: weights.width > S::F32_LANES,
                columns: weights.width,
                finish: Finish::Layer(&shared.bias[channel..], activation),
            };
            product.run(simd, positions, &mut out[channel..]);
        }
    }
}
