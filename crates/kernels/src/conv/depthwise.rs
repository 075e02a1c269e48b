//! Depthwise convolutions. They hold no matrix product; neighbouring channels fill the vectors.

use pulp::{NullaryFnOnce, Simd};

use super::geometry::Geometry;
use crate::activation::activate;
use crate::product::Row;
use crate::simd::{first_lanes, load, store, unrolled};
use crate::spec::Activation;

/// The convolution at `positions`, which lead from the padded image to the output; `weights` is
/// `[tap][channel]` with taps `stride` apart.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
pub fn convolve<S: Simd>(
    simd: S,
    g: &Geometry,
    image: &[f32],
    weights: &[f32],
    stride: usize,
    bias: &[f32],
    positions: &[Row],
    activation: Option<Activation>,
    out: &mut [f32],
) {
    for position in positions {
        for channel in (0..g.channels).step_by(S::F32_LANES) {
            let mut sum = load::<S>(bias, channel);
            for (tap, offset) in g.run_offsets.iter().enumerate() {
                let value = load::<S>(image, position.from + offset + channel);
                let weight = load::<S>(weights, tap * stride + channel);
                sum = simd.mul_add_e_f32s(value, weight, sum);
            }
            store::<S>(out, position.to + channel, activate(simd, activation, sum));
        }
    }
}

/// Adds `image[position + tap] * gradient[position]` to `sums`, `[tap][channel]` with taps `stride`
/// apart, for each tap; `positions` lead from the gradient to the image.
#[inline(always)]
pub fn weight_gradient<S: Simd>(
    simd: S,
    g: &Geometry,
    image: &[f32],
    gradient: &[f32],
    stride: usize,
    positions: &[Row],
    sums: &mut [f32],
) {
    for channel in (0..g.channels).step_by(S::F32_LANES) {
        for (part, taps) in g.run_offsets.chunks(12).enumerate() {
            let sums = &mut sums[part * 12 * stride + channel..];
            macro_rules! sized {
                ($($count:literal)+) => {
                    match taps.len() {
                        $($count => simd.vectorize(Taps::<S, $count> {
                            simd, taps, image: &image[channel..], gradient: &gradient[channel..],
                            positions, stride, sums,
                        }),)+
                        _ => {}
                    }
                };
            }
            sized!(1 2 3 4 5 6 7 8 9 10 11 12);
        }
    }
}

/// The sums of some taps for one vector of channels.
struct Taps<'a, S, const T: usize> {
    simd: S,
    taps: &'a [usize],
    image: &'a [f32],
    gradient: &'a [f32],
    positions: &'a [Row],
    stride: usize,
    sums: &'a mut [f32],
}

impl<S: Simd, const T: usize> NullaryFnOnce for Taps<'_, S, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { simd, taps, .. } = self;
        let taps = &taps[..T];
        let mut acc = [simd.splat_f32s(0.0); T];
        for position in self.positions {
            let gradient = load::<S>(self.gradient, position.from);
            unrolled!(t < T, {
                let value = load::<S>(self.image, position.to + taps[t]);
                acc[t] = simd.mul_add_e_f32s(value, gradient, acc[t]);
            });
        }
        unrolled!(t < T, {
            let at = t * self.stride;
            let sum = simd.add_f32s(load::<S>(self.sums, at), acc[t]);
            store::<S>(self.sums, at, sum);
        });
    }
}

/// Adds `gradient[position] * weights` to the values of `image` under the kernel at each position;
/// `positions` lead from the gradient to the image.
#[inline(always)]
pub fn image_gradient<S: Simd>(
    simd: S,
    g: &Geometry,
    gradient: &[f32],
    weights: &[f32],
    stride: usize,
    positions: &[Row],
    image: &mut [f32],
) {
    let zero = simd.splat_f32s(0.0);
    for position in positions {
        for channel in (0..g.channels).step_by(S::F32_LANES) {
            // What lies past the last channel belongs to another pixel.
            let counts = first_lanes(simd, g.channels - channel);
            let gradient = load::<S>(gradient, position.from + channel);
            let gradient = simd.select_f32s(counts, gradient, zero);
            for (tap, offset) in g.run_offsets.iter().enumerate() {
                let at = position.to + offset + channel;
                let weight = load::<S>(weights, tap * stride + channel);
                let value = simd.mul_add_e_f32s(gradient, weight, load::<S>(image, at));
                store::<S>(image, at, value);
            }
        }
    }
}
