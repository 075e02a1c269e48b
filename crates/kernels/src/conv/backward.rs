//! The backward pass of one convolution block over a share of the images.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::depthwise;
use super::geometry::Geometry;
use super::layout::{Panels, pad_image, panel_vectors};
use super::pooling::{Layout, Pooled, Window, spread_row};
use super::sparse::{self, Events};
use crate::buffer::Buffer;
use crate::host::View;
use crate::product::{Finish, Product, Row};
use crate::simd::{load, store};

/// What all images share.
pub struct Shared<'a> {
    pub geometry: &'a Geometry,
    pub images: &'a View<'a>,
    /// Of the loss with respect to the output.
    pub gradient: &'a View<'a>,
    /// `[batch, rows, width, channels]`
    pub output: &'a [f32],
    /// Of a maximum: `[batch, rows, width, channels]`.
    pub picked: Option<&'a [u8]>,
    /// Of an average after an activation: `[batch, rows, width, channels]`, before pooling.
    pub activated: Option<&'a [f32]>,
    /// For each group and run: `[output channels of the group][values of the run]`; one of whole
    /// filters where the way is sparse. Empty where the gradient of the images is not asked for.
    pub weights: &'a [Panels],
    /// Offsets of all values under a kernel.
    pub taps: &'a [usize],
    /// Values from one position to the next in channels-last buffers.
    pub stride: usize,
    /// Whether single values are followed, see [`sparse`].
    pub sparse: bool,
    /// Whether the gradient of the weights is asked for.
    pub weight_gradient: bool,
}

/// Sums over the images of one thread.
#[derive(Debug, Clone)]
pub struct Sums {
    /// `[group][panel][tap][output channel]`, or as [`sparse::weight_gradient`] says.
    pub weights: Buffer,
    /// `[output channel]`, with the gap at the end that whole vectors need.
    pub bias: Buffer,
}

impl Sums {
    pub fn new(weights: usize, bias: usize) -> Self {
        Self {
            weights: Buffer::zeros(weights),
            bias: Buffer::zeros(bias),
        }
    }
}

/// Memory that one thread uses again and again.
#[derive(Default)]
pub struct Scratch {
    image: Buffer,
    image_gradient: Buffer,
    pooled: Buffer,
    rows: Buffer,
    work: Work,
    events: Events,
    window: Window,
}

/// Rows and segments of products.
#[derive(Default)]
struct Work {
    rows: Vec<Row>,
    segments: Vec<usize>,
}

impl Work {
    /// Rows of all positions: from the gradient of the convolution to the padded image.
    fn positions(&mut self, shared: &Shared, wanted: Range<usize>) {
        let g = shared.geometry;
        self.rows.clear();
        for (line, y) in wanted.enumerate() {
            self.rows.extend((0..g.conv[1]).map(|x| Row {
                from: (line * g.conv[1] + x) * shared.stride,
                to: g.base(y, x),
            }));
        }
    }
}

/// Adds the gradients of images `first..` to `sums`, and writes those with respect to the images.
pub struct Backward<'a> {
    pub shared: &'a Shared<'a>,
    pub first: usize,
    pub count: usize,
    /// `[count, height, width, channels]`; empty where not asked for.
    pub image_gradient: &'a mut [f32],
    pub sums: &'a mut Sums,
    pub scratch: &'a mut Scratch,
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let g = self.shared.geometry;
        let size = g.height * g.width * g.channels;
        for n in 0..self.count {
            let out = match self.shared.weights.is_empty() {
                true => &mut [][..],
                false => &mut self.image_gradient[n * size..(n + 1) * size],
            };
            run_image(
                simd,
                self.shared,
                self.first + n,
                out,
                self.sums,
                self.scratch,
            );
        }
    }
}

/// Values of the gradient of the convolution worked on together, at most, unless one row is more.
const GROUP: usize = 1 << 15;

#[inline(always)]
fn run_image<S: Simd>(
    simd: S,
    shared: &Shared,
    image: usize,
    out: &mut [f32],
    sums: &mut Sums,
    scratch: &mut Scratch,
) {
    let g = shared.geometry;
    let stride = shared.stride;
    let wide = 2 * S::F32_LANES;
    if shared.weight_gradient {
        scratch.image.set_len(g.rows * g.row + wide);
        pad_image(g, shared.images, image, 0..g.rows, &mut scratch.image);
    }
    if !out.is_empty() {
        scratch.image_gradient.clear(g.rows * g.row + wide);
    }
    let cells = g.out[0] * g.out[1];
    scratch.pooled.set_len(cells * stride);
    for y in 0..g.out[0] {
        let row = &mut scratch.pooled[y * g.out[1] * stride..(y + 1) * g.out[1] * stride];
        shared.gradient.copy_row(image, y, stride, row);
    }
    let values = cells * g.out_channels;
    let convolved = g.conv[0] * g.conv[1] * g.out_channels;
    let pooled = Pooled {
        output: shared.output.get(image * values..).unwrap_or_default(),
        picked: shared.picked.map(|picked| &picked[image * values..]),
        activated: shared
            .activated
            .map(|activated| &activated[image * convolved..]),
    };
    if shared.sparse {
        let Scratch {
            events,
            pooled: gradient,
            ..
        } = scratch;
        events.gather(simd, g, &pooled, gradient, stride, &mut sums.bias);
        if shared.weight_gradient {
            sparse::weight_gradient(simd, g, events, &scratch.image, &mut sums.weights);
        }
        if let (false, [weights]) = (out.is_empty(), shared.weights) {
            let to = &mut scratch.image_gradient;
            sparse::image_gradient(simd, g, events, &weights.values, to);
        }
    } else {
        by_rows(simd, shared, &pooled, !out.is_empty(), sums, scratch);
    }
    if !out.is_empty() {
        let [top, left, ..] = g.padding;
        let len = g.width * g.channels;
        for (y, out) in out.chunks_exact_mut(len).enumerate() {
            let from = (top + y) * g.row + left * g.channels;
            out.copy_from_slice(&scratch.image_gradient[from..from + len]);
        }
    }
}

/// Spreads the gradient out to all positions of the convolution, some rows at a time.
#[inline(always)]
fn by_rows<S: Simd>(
    simd: S,
    shared: &Shared,
    pooled: &Pooled,
    image_wanted: bool,
    sums: &mut Sums,
    scratch: &mut Scratch,
) {
    let g = shared.geometry;
    let stride = shared.stride;
    let wide = 2 * S::F32_LANES;
    // Rows are counted from the first of the image.
    let layout = Layout {
        ring: g.conv[0],
        row: g.conv[1] * stride,
        stride,
    };
    let step = (GROUP / (g.conv[1] * g.pool.stride[0] * stride)).max(1);
    let mut start = 0;
    while start < g.out[0] {
        let end = (start + step).min(g.out[0]);
        let wanted = g.conv_rows(start..end);
        let positions = wanted.len() * g.conv[1];
        scratch.rows.clear(positions * stride + wide);
        for y in start..end {
            let (window, rows) = (&mut scratch.window, &mut scratch.rows);
            let gradient = &scratch.pooled;
            spread_row(
                simd,
                g,
                window,
                layout,
                pooled,
                gradient,
                y,
                wanted.start,
                rows,
            );
        }
        add_bias(
            simd,
            &scratch.rows[..positions * stride],
            stride,
            &mut sums.bias,
        );
        if shared.weight_gradient {
            let (image, rows) = (&scratch.image, &scratch.rows);
            weight_gradient(
                simd,
                shared,
                image,
                rows,
                wanted.clone(),
                &mut scratch.work,
                sums,
            );
        }
        if image_wanted {
            let (rows, to) = (&scratch.rows, &mut scratch.image_gradient);
            image_gradient(simd, shared, rows, wanted, &mut scratch.work, to);
        }
        start = end;
    }
}

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

/// Adds `sum over positions of image[position + tap] * rows[position]` for each tap.
#[inline(always)]
fn weight_gradient<S: Simd>(
    simd: S,
    shared: &Shared,
    image: &[f32],
    rows: &[f32],
    wanted: Range<usize>,
    work: &mut Work,
    sums: &mut Sums,
) {
    let g = shared.geometry;
    if g.depthwise() {
        work.positions(shared, wanted);
        let stride = g.channels.next_multiple_of(S::F32_LANES);
        let to = &mut sums.weights;
        depthwise::weight_gradient(simd, g, image, rows, stride, &work.rows, to);
        return;
    }
    let [group_in, group_out] = g.group();
    let width = panel_vectors(group_out, S::F32_LANES) * S::F32_LANES;
    let panels = group_out.div_ceil(width);
    work.segments.clear();
    work.segments.extend(wanted.map(|y| g.base(y, 0)));
    work.rows.clear();
    work.rows
        .extend(shared.taps.iter().enumerate().map(|(tap, &from)| Row {
            from,
            to: tap * width,
        }));
    for group in 0..g.groups {
        for panel in 0..panels {
            let product = Product {
                a: &image[group * group_in..],
                segments: &work.segments,
                len: g.conv[1],
                step: g.stride[1] * g.channels,
                b: rows,
                b_at: group * group_out + panel * width,
                b_step: shared.stride,
                wide: width > S::F32_LANES,
                columns: width,
            };
            let at = (group * panels + panel) * shared.taps.len() * width;
            let mut finish = Finish::Add(&mut sums.weights[at..]);
            product.run(simd, &work.rows, &mut finish);
        }
    }
}

/// Adds `rows[position] * weights` to the values under the kernel at each position.
#[inline(always)]
fn image_gradient<S: Simd>(
    simd: S,
    shared: &Shared,
    rows: &[f32],
    wanted: Range<usize>,
    work: &mut Work,
    out: &mut [f32],
) {
    let g = shared.geometry;
    work.positions(shared, wanted);
    if let (true, [weights]) = (g.depthwise(), shared.weights) {
        let (values, stride) = (&weights.values, weights.width);
        depthwise::image_gradient(simd, g, rows, values, stride, &work.rows, out);
        return;
    }
    let [group_in, group_out] = g.group();
    for (index, weights) in shared.weights.iter().enumerate() {
        let (group, run) = (index / g.runs.len(), index % g.runs.len());
        for panel in 0..weights.panels {
            let product = Product {
                a: &rows[group * group_out..],
                segments: &[0],
                len: group_out,
                step: 1,
                b: &weights.values,
                b_at: weights.at(panel),
                b_step: weights.width,
                wide: weights.width > S::F32_LANES,
                columns: g.run - panel * weights.width,
            };
            let at = g.runs[run] + group * group_in + panel * weights.width;
            product.run(simd, &work.rows, &mut Finish::Add(&mut out[at..]));
        }
    }
}
