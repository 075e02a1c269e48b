//! The forward pass of one convolution block over a share of the images.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::depthwise;
use super::geometry::Geometry;
use super::layout::{Panels, all_finite, channel_stride, largest_magnitude, pad_image};
use super::pooling::{Layout, Window, pool_row};
use crate::Activation;
use crate::buffer::{Buffer, Part};
use crate::host::View;
use crate::product::{Finish, Product, Row, WINDOW};
use crate::simd::{activate, load, store, store_some};

/// What all images share.
pub struct Shared<'a> {
    pub geometry: &'a Geometry,
    pub images: &'a View<'a>,
    /// One per group, `[taps][output channels of the group]`; a single one where the convolution
    /// is depthwise.
    pub weights: &'a [Panels],
    /// By absolute value.
    pub largest_weight: f32,
    pub largest_bias: f32,
    /// One per output channel.
    pub bias: &'a [f32],
}

impl<'a> Shared<'a> {
    /// Whether no sum over values of at most `largest` reaches infinity on its way.
    fn stays_finite(&self, largest: f32) -> bool {
        let taps = self.geometry.taps() as f32;
        largest * self.largest_weight * taps + self.largest_bias < f32::MAX / 2.0
    }

    /// The convolution of one group's `image` with one panel of its filters.
    #[inline(always)]
    fn product<S: Simd>(&self, image: &'a [f32], weights: &'a Panels, panel: usize) -> Product<'a> {
        let [_, group_out] = self.geometry.group();
        Product {
            a: image,
            segments: &self.geometry.runs,
            len: self.geometry.run,
            step: 1,
            b: &weights.values,
            b_at: weights.at(panel),
            b_step: weights.width,
            wide: weights.width > S::F32_LANES,
            columns: weights.width.min(group_out - panel * weights.width),
        }
    }
}

/// A band of rows of one image, and where its results go.
pub struct Band<'a> {
    pub image: usize,
    /// Rows of the output.
    pub rows: Range<usize>,
    /// `[rows, width, channels]`
    pub output: Part<'a, f32>,
    /// Of a maximum, where in its window each value came from; for the backward pass.
    pub picked: Option<Part<'a, u8>>,
    /// The convolution after its activation, `[rows, width, channels]`; for the backward pass of
    /// an average. Only where bands are whole images.
    pub activated: Option<Part<'a, f32>>,
}

/// Memory that one thread uses again and again.
#[derive(Default)]
pub struct Scratch {
    image: Buffer,
    rows: Buffer,
    positions: Vec<Row>,
    /// Four for each 2x2 window.
    windows: Vec<Row>,
    /// Rows of the output that `windows` were made for.
    planned: Option<Range<usize>>,
    window: Window,
}

/// Runs `bands`; whether all values met were finite.
pub struct Forward<'a, 'b> {
    pub shared: &'a Shared<'a>,
    pub bands: Vec<Band<'b>>,
    pub scratch: &'a mut Scratch,
}

impl WithSimd for Forward<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        self.scratch.planned = None;
        let mut finite = true;
        for band in self.bands {
            finite &= run_band(simd, self.shared, band, self.scratch);
        }
        finite
    }
}

/// Positions of the convolution worked on together: enough that tiles are full.
const GROUP: usize = 48;

/// Computes one band by the way its pooling allows; whether all values met were finite.
#[inline(always)]
fn run_band<S: Simd>(simd: S, shared: &Shared, band: Band, scratch: &mut Scratch) -> bool {
    let g = shared.geometry;
    let needed = g.conv_rows(band.rows.clone());
    let first_row = needed.start * g.stride[0];
    let reach = g.runs.last().map_or(0, |run| run / g.row);
    let last_row = (needed.end - 1) * g.stride[0] + reach + 1;
    let len = (last_row - first_row) * g.row;
    let image = &mut scratch.image;
    image.set_len(len + S::F32_LANES);
    pad_image(g, shared.images, band.image, first_row..last_row, image);
    let Some(largest) = largest_magnitude(&image[..len]) else {
        return false;
    };
    let stride = channel_stride(g, S::F32_LANES);
    if g.squares() && shared.stays_finite(largest) {
        run_squares(simd, shared, band, first_row, scratch);
        true
    } else if g.unpooled() && stride == g.out_channels {
        run_unpooled(simd, shared, band, first_row, scratch)
    } else {
        run_pooled(simd, shared, band, first_row, scratch)
    }
}

/// Values of an image that are used again before others take their place in the cache.
const KEPT: usize = 1 << 16;

/// 2x2 maxima that do not overlap: each is found while the four sums are still in registers.
#[inline(always)]
fn run_squares<S: Simd>(
    simd: S,
    shared: &Shared,
    band: Band,
    first_row: usize,
    scratch: &mut Scratch,
) {
    let g = shared.geometry;
    let (output, picked) = (
        band.output.open(),
        band.picked.map_or(&mut [][..], Part::open),
    );
    let Scratch {
        image,
        windows,
        planned,
        ..
    } = scratch;
    // Those of the image before serve again.
    if planned.as_ref() != Some(&band.rows) {
        windows.clear();
        for (line, y) in band.rows.clone().enumerate() {
            for x in 0..g.out[1] {
                let to = (line * g.out[1] + x) * g.out_channels;
                let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, right)| Row {
                    from: g.base(2 * y + down, 2 * x + right) - first_row * g.row,
                    to,
                });
                windows.extend(window);
            }
        }
        *planned = Some(band.rows);
    }
    let [group_in, group_out] = g.group();
    // All panels of weights for some rows, so that these are still in the cache.
    let rows = (KEPT / (2 * g.row)).max(1);
    for windows in windows.chunks(rows * g.out[1] * WINDOW) {
        for (group, weights) in shared.weights.iter().enumerate() {
            for panel in 0..weights.panels {
                let first = panel * weights.width;
                let channel = group * group_out + first;
                let product = shared.product::<S>(&image[group * group_in..], weights, panel);
                let mut finish = Finish::Largest {
                    bias: &shared.bias[channel..],
                    activation: g.activation,
                    out: &mut output[channel..],
                    picked: picked.get_mut(channel..).unwrap_or_default(),
                };
                product.run(simd, windows, &mut finish);
            }
        }
    }
}

/// What is convolved is the output.
#[inline(always)]
fn run_unpooled<S: Simd>(
    simd: S,
    shared: &Shared,
    band: Band,
    first_row: usize,
    scratch: &mut Scratch,
) -> bool {
    let g = shared.geometry;
    let mut rest = band.output;
    let positions = &mut scratch.positions;
    let step = GROUP.div_ceil(g.conv[1]);
    let row = g.conv[1] * g.out_channels;
    let mut finite = true;
    for start in band.rows.clone().step_by(step) {
        let end = (start + step).min(band.rows.end);
        // Opened bit by bit, so that what is zeroed is still in the cache when it is filled.
        let output = rest.take((end - start) * row).open();
        positions.clear();
        for y in start..end {
            positions.extend((0..g.conv[1]).map(|x| Row {
                from: g.base(y, x) - first_row * g.row,
                to: (y - start) * row + x * g.out_channels,
            }));
        }
        convolve(
            simd,
            shared,
            &scratch.image,
            positions,
            g.activation,
            output,
        );
        finite &= all_finite(simd, output);
    }
    finite
}

/// Rows of the convolution live in a ring, so that windows that overlap share them.
#[inline(always)]
fn run_pooled<S: Simd>(
    simd: S,
    shared: &Shared,
    band: Band,
    first_row: usize,
    scratch: &mut Scratch,
) -> bool {
    let g = shared.geometry;
    let Scratch {
        image,
        rows,
        positions,
        window,
        ..
    } = scratch;
    let output = band.output.open();
    let mut picked = band.picked.map(Part::open);
    let mut activated = band.activated.map(Part::open);
    let early = g.activation.filter(|_| !g.picks());
    // Of a single panel, what is written past the last channel is written over by the next
    // position; packed, fewer vectors need an activation.
    let single = matches!(shared.weights, [weights] if weights.panels == 1);
    let stride = match single && early.is_some() && !g.depthwise() {
        true => g.out_channels,
        false => channel_stride(g, S::F32_LANES),
    };
    let step = GROUP.div_ceil(g.conv[1] * g.pool.stride[0]).max(1);
    let ring = (step - 1) * g.pool.stride[0] + g.pool.dilation[0] * (g.pool.kernel[0] - 1) + 1;
    let row = g.conv[1] * stride + S::F32_LANES;
    let layout = Layout { ring, row, stride };
    rows.clear(ring * row + S::F32_LANES);

    let mut done = g.conv_rows(band.rows.clone()).start;
    let mut start = band.rows.start;
    let mut finite = true;
    while start < band.rows.end {
        let end = (start + step).min(band.rows.end);
        let wanted = g.conv_rows(start..end);
        positions.clear();
        for y in done.max(wanted.start)..wanted.end {
            for x in 0..g.conv[1] {
                positions.push(Row {
                    from: g.base(y, x) - first_row * g.row,
                    to: layout.at(y, x),
                });
            }
        }
        let clamp = early.filter(|activation| activation.clamps());
        convolve(simd, shared, image, positions, clamp, rows);
        if clamp != early {
            for y in done.max(wanted.start)..wanted.end {
                for at in (layout.at(y, 0)..layout.at(y, g.conv[1])).step_by(S::F32_LANES) {
                    let value = activate(simd, early, load::<S>(rows, at));
                    store::<S>(rows, at, value);
                }
            }
        }
        if let Some(activated) = activated.as_deref_mut() {
            for y in done.max(wanted.start)..wanted.end {
                if stride == g.out_channels {
                    let len = g.conv[1] * stride;
                    activated[y * len..][..len].copy_from_slice(&rows[layout.at(y, 0)..][..len]);
                    continue;
                }
                for x in 0..g.conv[1] {
                    let from = layout.at(y, x);
                    let to = (y * g.conv[1] + x) * g.out_channels;
                    for channel in (0..g.out_channels).step_by(S::F32_LANES) {
                        let value = load::<S>(rows, from + channel);
                        store_some::<S>(&mut activated[to + channel..], value);
                    }
                }
            }
        }
        done = wanted.end;
        for y in start..end {
            let at = (y - band.rows.start) * g.out[1] * g.out_channels;
            let out = &mut output[at..];
            let picked = picked.as_deref_mut().map(|picked| &mut picked[at..]);
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
            let product = shared.product::<S>(&image[group * group_in..], weights, panel);
            let mut finish = Finish::Layer {
                bias: &shared.bias[channel..],
                activation,
                out: &mut out[channel..],
            };
            product.run(simd, positions, &mut finish);
        }
    }
}
