//! A tile of a product: as many rows as fit the registers.

// Every use says why it is sound.
#![allow(unsafe_code)]
// Sums stay in registers only where the index of every loop over them is a constant.
#![allow(clippy::needless_range_loop)]

use pulp::{NullaryFnOnce, Simd};

use super::epilogue::Epilogue;
use super::operands::{Product, Row};
use crate::simd::{load, unrolled};

/// `P` rows and `V` vectors of columns of a product.
pub struct Tile<'a, 'b, S, const P: usize, const V: usize> {
    simd: S,
    product: &'a Product<'a>,
    rows: &'a [Row],
    epilogue: &'a mut Epilogue<'b>,
}

impl<'a, 'b, S: Simd, const P: usize, const V: usize> Tile<'a, 'b, S, P, V> {
    #[inline(always)]
    pub fn run(simd: S, product: &'a Product<'a>, rows: &'a [Row], epilogue: &'a mut Epilogue<'b>) {
        // A function of its own, compiled for the instruction set.
        simd.vectorize(Tile::<S, P, V> {
            simd,
            product,
            rows,
            epilogue,
        });
    }

    #[inline(always)]
    fn sums(&self) -> [[S::f32s; V]; P] {
        let simd = self.simd;
        let Product {
            a,
            segments,
            len,
            step,
            b,
            b_start,
            b_step,
            ..
        } = *self.product;
        let rows = &self.rows[..P];
        let mut acc = [[simd.splat_f32s(0.0); V]; P];
        if len == 0 || segments.is_empty() {
            return acc;
        }
        let last_row = rows.iter().fold(0, |last, row| row.from.max(last));
        let last_segment = segments.iter().fold(0, |last, &segment| segment.max(last));
        let last = last_row + last_segment + (len - 1) * step;
        let b_last = b_start + (segments.len() * len - 1) * b_step + V * S::F32_LANES;
        assert!(
            last < a.len() && b_last <= b.len(),
            "a product reads outside of its matrices"
        );
        let mut b_row = b_start;
        for &segment in segments {
            let mut from = [0; P];
            unrolled!(p < P, {
                from[p] = rows[p].from + segment;
            });
            let mut j = 0usize;
            for _ in 0..len {
                let mut columns = [simd.splat_f32s(0.0); V];
                for v in 0..V {
                    // SAFETY: the largest offset into `b` was checked just above; all others
                    // are smaller, because every summand is unsigned. None wraps: slices are far
                    // shorter than `usize` counts.
                    columns[v] = unsafe { load_unchecked::<S>(b, b_row + v * S::F32_LANES) };
                }
                unrolled!(p < P, {
                    // SAFETY: as for `b`.
                    let value = unsafe { get_unchecked(a, from[p] + j) };
                    let value = simd.splat_f32s(value);
                    for v in 0..V {
                        acc[p][v] = simd.mul_add_e_f32s(value, columns[v], acc[p][v]);
                    }
                });
                j += step;
                b_row += b_step;
            }
        }
        acc
    }
}

impl<S: Simd, const P: usize, const V: usize> NullaryFnOnce for Tile<'_, '_, S, P, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let acc = self.sums();
        let columns = self.product.columns;
        (self.epilogue).apply(self.simd, acc, &self.rows[..P], columns);
    }
}

/// `slice[at]` without a bounds check; with one in tests.
///
/// # Safety
/// `at` must lie in the slice.
#[inline(always)]
unsafe fn get_unchecked(slice: &[f32], at: usize) -> f32 {
    if cfg!(test) {
        return slice[at];
    }
    // SAFETY: the caller's promise.
    unsafe { *slice.get_unchecked(at) }
}

/// [`load`] without a bounds check; with one in tests.
///
/// # Safety
/// A whole vector from `at` on must lie in the slice.
#[inline(always)]
unsafe fn load_unchecked<S: Simd>(slice: &[f32], at: usize) -> S::f32s {
    if cfg!(test) {
        return load::<S>(slice, at);
    }
    // SAFETY: the caller's promise, and a vector is plain old data.
    unsafe { slice.as_ptr().add(at).cast::<S::f32s>().read_unaligned() }
}
