//! Gradients of weights and images from single values.

use pulp::{NullaryFnOnce, Simd};

use super::nonzeros::{NonZero, NonZeros};
use crate::conv::geometry::Geometry;
use crate::simd::{load, store, unrolled};

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
const MAX_VECTORS: usize = 12;

/// Adds the gradient of the weights to `weights`, `[output channel][run][value]`.
#[inline(always)]
pub fn weight_gradient<S: Simd>(
    simd: S,
    g: &Geometry,
    nonzeros: &NonZeros,
    image: &[f32],
    weights: &mut [f32],
) {
    let width = g.run_len;
    for (channel, filter) in weights
        .chunks_exact_mut(g.run_offsets.len() * width)
        .enumerate()
    {
        let nonzeros = nonzeros.of(channel);
        for (run, filter) in g.run_offsets.iter().zip(filter.chunks_exact_mut(width)) {
            for (part, filter) in filter.chunks_mut(MAX_VECTORS * S::F32_LANES).enumerate() {
                let image = &image[run + part * MAX_VECTORS * S::F32_LANES..];
                sized!(
                    filter.len() / S::F32_LANES,
                    ToFilter {
                        simd,
                        nonzeros,
                        image,
                        filter
                    }
                );
            }
        }
    }
}

/// Adds the gradient of the padded image to `image`; `weights` as in [`weight_gradient`].
#[inline(always)]
pub fn image_gradient<S: Simd>(
    simd: S,
    g: &Geometry,
    nonzeros: &NonZeros,
    weights: &[f32],
    image: &mut [f32],
) {
    let width = g.run_len;
    for (channel, filter) in weights
        .chunks_exact(g.run_offsets.len() * width)
        .enumerate()
    {
        let nonzeros = nonzeros.of(channel);
        for (run, filter) in g.run_offsets.iter().zip(filter.chunks_exact(width)) {
            for (part, filter) in filter.chunks(MAX_VECTORS * S::F32_LANES).enumerate() {
                let image = &mut image[run + part * MAX_VECTORS * S::F32_LANES..];
                sized!(
                    filter.len() / S::F32_LANES,
                    ToImage {
                        simd,
                        nonzeros,
                        image,
                        filter
                    }
                );
            }
        }
    }
}

/// `filter += gradient * patch` for each gradient.
struct ToFilter<'a, S, const V: usize> {
    simd: S,
    nonzeros: &'a [NonZero],
    image: &'a [f32],
    filter: &'a mut [f32],
}

impl<S: Simd, const V: usize> NullaryFnOnce for ToFilter<'_, S, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            simd,
            nonzeros,
            image,
            filter,
        } = self;
        let mut sums = [simd.splat_f32s(0.0); V];
        unrolled!(v < V, {
            sums[v] = load::<S>(filter, v * S::F32_LANES);
        });
        for nonzero in nonzeros {
            let patch = &image[nonzero.offset..nonzero.offset + V * S::F32_LANES];
            let gradient = simd.splat_f32s(nonzero.gradient);
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

/// `patch += gradient * filter` for each gradient.
struct ToImage<'a, S, const V: usize> {
    simd: S,
    nonzeros: &'a [NonZero],
    image: &'a mut [f32],
    filter: &'a [f32],
}

impl<S: Simd, const V: usize> NullaryFnOnce for ToImage<'_, S, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            simd,
            nonzeros,
            image,
            filter,
        } = self;
        let mut weights = [simd.splat_f32s(0.0); V];
        unrolled!(v < V, {
            weights[v] = load::<S>(filter, v * S::F32_LANES);
        });
        for nonzero in nonzeros {
            let patch = &mut image[nonzero.offset..nonzero.offset + V * S::F32_LANES];
            let gradient = simd.splat_f32s(nonzero.gradient);
            unrolled!(v < V, {
                let value = load::<S>(patch, v * S::F32_LANES);
                let value = simd.mul_add_e_f32s(gradient, weights[v], value);
                store::<S>(patch, v * S::F32_LANES, value);
            });
        }
    }
}
