//! The backward pass through a maximum, one picked value at a time.
//!
//! Of the values under a pooling window only one passes the gradient on, so that with 2x2 windows
//! three quarters of the convolution's gradient are zero, and more behind a ReLU. Instead of
//! spreading the gradient out and multiplying zeros, each value that is not zero adds its share
//! of one filter: `weights[channel] += gradient * patch`, `patch += gradient * filter`.

use pulp::{NullaryFnOnce, Simd};

use super::geometry::Geometry;
use super::pooling::Pooled;
use super::pooling::before;
use crate::simd::{load, store, unrolled};

/// Whether this way is the faster one: the windows leave most positions out, and runs are
/// whole vectors.
pub fn pays(g: &Geometry, lanes: usize) -> bool {
    let cells = g.out[0] * g.out[1];
    let few = 2 * cells <= g.conv[0] * g.conv[1];
    g.picks() && g.groups == 1 && few && g.run.is_multiple_of(lanes)
}

/// A gradient that is not zero, and where its kernel starts in the padded image.
#[derive(Debug, Clone, Copy, Default)]
struct Picked {
    at: usize,
    gradient: f32,
}

/// The gradients of one image, for each output channel.
#[derive(Default)]
pub struct Events {
    values: Vec<Picked>,
    /// Of each output channel.
    counts: Vec<usize>,
    /// Room for each output channel in `values`.
    room: usize,
    /// `[tap of the pooling window]`: from the first value under the window.
    offsets: Vec<usize>,
}

impl Events {
    fn of(&self, channel: usize) -> &[Picked] {
        let start = channel * self.room;
        &self.values[start..start + self.counts[channel]]
    }

    /// Gathers the gradients of one image and adds their sums to `bias`.
    ///
    /// `gradient` is `[rows, width, channels]` with channels `stride` apart; it is taken back
    /// through the activation in place.
    #[inline(always)]
    pub fn gather<S: Simd>(
        &mut self,
        simd: S,
        g: &Geometry,
        pooled: &Pooled,
        gradient: &mut [f32],
        stride: usize,
        bias: &mut [f32],
    ) {
        let Some(picked) = pooled.picked else { return };
        self.room = g.out[0] * g.out[1];
        self.values
            .resize(g.out_channels * self.room, Picked::default());
        self.counts.clear();
        self.counts.resize(g.out_channels, 0);
        let (down, right) = (g.base(1, 0), g.base(0, 1));
        let [dilation_y, dilation_x] = g.pool.dilation;
        self.offsets.clear();
        for y in 0..g.pool.kernel[0] {
            let row = y * dilation_y * down;
            (self.offsets).extend((0..g.pool.kernel[1]).map(|x| row + x * dilation_x * right));
        }
        // A window that starts in the padding has no picked value there.
        let padding = g.pool.padding[0] * down + g.pool.padding[1] * right;
        for y in 0..g.out[0] {
            for x in 0..g.out[1] {
                let cell = y * g.out[1] + x;
                let values = &mut gradient[cell * stride..][..stride];
                for channel in (0..g.out_channels).step_by(S::F32_LANES) {
                    let at = cell * g.out_channels + channel;
                    let value = load::<S>(values, channel);
                    let value = before(simd, g, pooled, at, value);
                    store::<S>(values, channel, value);
                    let sum = simd.add_f32s(load::<S>(bias, channel), value);
                    store::<S>(bias, channel, sum);
                }
                let start = y * g.pool.stride[0] * down + x * g.pool.stride[1] * right;
                let picked = &picked[cell * g.out_channels..][..g.out_channels];
                let cells = values.iter().zip(picked).zip(&mut self.counts).enumerate();
                for (channel, ((&gradient, &tap), count)) in cells {
                    let at = start + self.offsets[usize::from(tap)] - padding;
                    // Written in any case, and kept where it counts: no branch to predict.
                    self.values[channel * self.room + *count] = Picked { at, gradient };
                    *count += usize::from(gradient != 0.0);
                }
            }
        }
    }
}

/// Runs a step with its number of vectors as a constant.
macro_rules! sized {
    ($vectors:expr, $step:ident { $simd:ident, $($field:ident),+ }) => {
        match $vectors {
            1 => $simd.vectorize($step::<_, 1> { $simd, $($field),+ }),
            2 => $simd.vectorize($step::<_, 2> { $simd, $($field),+ }),
            3 => $simd.vectorize($step::<_, 3> { $simd, $($field),+ }),
            4 => $simd.vectorize($step::<_, 4> { $simd, $($field),+ }),
            5 => $simd.vectorize($step::<_, 5> { $simd, $($field),+ }),
            6 => $simd.vectorize($step::<_, 6> { $simd, $($field),+ }),
            7 => $simd.vectorize($step::<_, 7> { $simd, $($field),+ }),
            8 => $simd.vectorize($step::<_, 8> { $simd, $($field),+ }),
            9 => $simd.vectorize($step::<_, 9> { $simd, $($field),+ }),
            10 => $simd.vectorize($step::<_, 10> { $simd, $($field),+ }),
            11 => $simd.vectorize($step::<_, 11> { $simd, $($field),+ }),
            _ => $simd.vectorize($step::<_, 12> { $simd, $($field),+ }),
        }
    };
}
/// The most vectors of a run worked on at once.
const MOST: usize = 12;

/// Adds to `weights`, `[output channel][run][value]`.
#[inline(always)]
pub fn weight_gradient<S: Simd>(
    simd: S,
    g: &Geometry,
    events: &Events,
    image: &[f32],
    weights: &mut [f32],
) {
    let width = g.run;
    for (channel, filter) in weights.chunks_exact_mut(g.runs.len() * width).enumerate() {
        let events = events.of(channel);
        for (run, filter) in g.runs.iter().zip(filter.chunks_exact_mut(width)) {
            for (part, filter) in filter.chunks_mut(MOST * S::F32_LANES).enumerate() {
                let image = &image[run + part * MOST * S::F32_LANES..];
                sized!(
                    filter.len() / S::F32_LANES,
                    ToFilter {
                        simd,
                        events,
                        image,
                        filter
                    }
                );
            }
        }
    }
}

/// Adds to `image` what the picked values say about it; `weights` as in [`weight_gradient`].
#[inline(always)]
pub fn image_gradient<S: Simd>(
    simd: S,
    g: &Geometry,
    events: &Events,
    weights: &[f32],
    image: &mut [f32],
) {
    let width = g.run;
    for (channel, filter) in weights.chunks_exact(g.runs.len() * width).enumerate() {
        let events = events.of(channel);
        for (run, filter) in g.runs.iter().zip(filter.chunks_exact(width)) {
            for (part, filter) in filter.chunks(MOST * S::F32_LANES).enumerate() {
                let image = &mut image[run + part * MOST * S::F32_LANES..];
                sized!(
                    filter.len() / S::F32_LANES,
                    ToImage {
                        simd,
                        events,
                        image,
                        filter
                    }
                );
            }
        }
    }
}

struct ToFilter<'a, S, const V: usize> {
    simd: S,
    events: &'a [Picked],
    image: &'a [f32],
    filter: &'a mut [f32],
}

impl<S: Simd, const V: usize> NullaryFnOnce for ToFilter<'_, S, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            simd,
            events,
            image,
            filter,
        } = self;
        let mut sums = [simd.splat_f32s(0.0); V];
        unrolled!(v < V, {
            sums[v] = load::<S>(filter, v * S::F32_LANES);
        });
        for event in events {
            let patch = &image[event.at..event.at + V * S::F32_LANES];
            let gradient = simd.splat_f32s(event.gradient);
            unrolled!(v < V, {
                let values = load::<S>(patch, v * S::F32_LANES);
                sums[v] = simd.mul_add_e_f32s(gradient, values, sums[v]);
            });
        }
        unrolled!(v < V, {
            store::<S>(filter, v * S::F32_LANES, sums[v]);
        });
    }
}

struct ToImage<'a, S, const V: usize> {
    simd: S,
    events: &'a [Picked],
    image: &'a mut [f32],
    filter: &'a [f32],
}

impl<S: Simd, const V: usize> NullaryFnOnce for ToImage<'_, S, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            simd,
            events,
            image,
            filter,
        } = self;
        let mut weights = [simd.splat_f32s(0.0); V];
        unrolled!(v < V, {
            weights[v] = load::<S>(filter, v * S::F32_LANES);
        });
        for event in events {
            let patch = &mut image[event.at..event.at + V * S::F32_LANES];
            let gradient = simd.splat_f32s(event.gradient);
            unrolled!(v < V, {
                let value = load::<S>(patch, v * S::F32_LANES);
                let value = simd.mul_add_e_f32s(gradient, weights[v], value);
                store::<S>(patch, v * S::F32_LANES, value);
            });
        }
    }
}
