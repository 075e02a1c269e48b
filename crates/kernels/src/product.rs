//! Matrix products whose left side is read where it lies, in tiles that fit the registers.

#![allow(unsafe_code)]
// Each use says why it is sound.
// Sums stay in registers where the index of every loop over them is plain to the compiler.
#![allow(clippy::needless_range_loop)]

use std::ops::Range;

use pulp::{NullaryFnOnce, Simd};

use super::Activation;
use super::simd::{
    activate, below, load, load_some, store, store_bytes, store_some, tanh, unrolled,
};

/// The most rows of a [`Product`] worked on at once: what fits the registers with two vectors of
/// columns each.
pub fn most_rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 12 } else { 6 }
}

/// A matrix product whose left side is read where it lies:
/// `sum[r][c] = sum over (s, j) of a[rows[r] + segments[s] + j * step] * b[s * len + j][c]`
/// for one or two vectors of columns `c`.
///
/// With rows as positions and the reduction over kernel values it is a convolution without the
/// im2col matrix; with rows as kernel values and the reduction over positions, its weight
/// gradient.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    pub a: &'a [f32],
    /// Offsets into `a`, added to the offset of a row.
    pub segments: &'a [usize],
    /// Values per segment.
    pub len: usize,
    /// Between two values of a segment.
    pub step: usize,
    pub b: &'a [f32],
    /// Where the first row of `b` starts.
    pub b_at: usize,
    /// Between two rows of `b`.
    pub b_step: usize,
    /// Whether there are two vectors of columns, not one.
    pub wide: bool,
    /// Columns that count: what the others sum up to is left out. May be more than there are
    /// vectors for, but not with [`Finish::Largest`].
    pub columns: usize,
}

/// A row of a [`Product`]: where it starts in `a`, and where its sums go.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    pub from: usize,
    pub to: usize,
}

/// What becomes of the sums of a [`Product`].
pub enum Finish<'a> {
    /// They are added to what is there.
    Add(&'a mut [f32]),
    /// `activation(sum + bias)` takes the place of what is there, also in columns that do not
    /// count; one bias for each column.
    Layer {
        bias: &'a [f32],
        activation: Option<Activation>,
        out: &'a mut [f32],
    },
    /// Of each [`WINDOW`] rows in turn, `activation(largest sum + bias)` goes where the first of
    /// them says, and its number in the window to the same place of `picked`; the first of equal
    /// ones counts. `picked` may be empty.
    Largest {
        bias: &'a [f32],
        activation: Option<Activation>,
        out: &'a mut [f32],
        picked: &'a mut [u8],
    },
}

/// Rows per maximum of [`Finish::Largest`]: 2x2.
pub const WINDOW: usize = 4;

impl Product<'_> {
    /// Computes `rows` in tiles of nearly the same size: a last one of a single row would waste a
    /// whole pass over `b`.
    ///
    /// # Panics
    /// When an offset lies outside `a`, `b` or the output, and when rows are no whole windows
    /// where the largest of each is asked for.
    #[inline(always)]
    pub fn run<S: Simd>(&self, simd: S, rows: &[Row], finish: &mut Finish) {
        let unit = match finish {
            Finish::Largest { .. } => WINDOW,
            _ => 1,
        };
        let most = most_rows::<S>() / unit;
        let mut rest = rows;
        for left in (1..=(rows.len() / unit).div_ceil(most)).rev() {
            let (now, later) = rest.split_at((rest.len() / unit).div_ceil(left) * unit);
            rest = later;
            if self.wide {
                self.sized::<S, 2>(simd, now, finish);
            } else {
                self.sized::<S, 1>(simd, now, finish);
            }
        }
        assert!(rest.is_empty(), "rows are no whole windows");
    }

    #[inline(always)]
    fn sized<S: Simd, const V: usize>(&self, simd: S, rows: &[Row], finish: &mut Finish) {
        match rows.len() {
            0 => {}
            1 => Tile::<S, 1, V>::run(simd, self, rows, finish),
            2 => Tile::<S, 2, V>::run(simd, self, rows, finish),
            3 => Tile::<S, 3, V>::run(simd, self, rows, finish),
            4 => Tile::<S, 4, V>::run(simd, self, rows, finish),
            5 => Tile::<S, 5, V>::run(simd, self, rows, finish),
            6 => Tile::<S, 6, V>::run(simd, self, rows, finish),
            7 => Tile::<S, 7, V>::run(simd, self, rows, finish),
            8 => Tile::<S, 8, V>::run(simd, self, rows, finish),
            9 => Tile::<S, 9, V>::run(simd, self, rows, finish),
            10 => Tile::<S, 10, V>::run(simd, self, rows, finish),
            11 => Tile::<S, 11, V>::run(simd, self, rows, finish),
            _ => Tile::<S, 12, V>::run(simd, self, rows, finish),
        }
    }
}

/// `P` rows and `V` vectors of columns of a product.
struct Tile<'a, 'b, S, const P: usize, const V: usize> {
    simd: S,
    product: &'a Product<'a>,
    rows: &'a [Row],
    finish: &'a mut Finish<'b>,
}

impl<'a, 'b, S: Simd, const P: usize, const V: usize> Tile<'a, 'b, S, P, V> {
    #[inline(always)]
    fn run(simd: S, product: &'a Product<'a>, rows: &'a [Row], finish: &'a mut Finish<'b>) {
        // A function of its own, compiled for the instruction set.
        simd.vectorize(Tile::<S, P, V> {
            simd,
            product,
            rows,
            finish,
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
            b_at,
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
        let b_last = b_at + (segments.len() * len - 1) * b_step + V * S::F32_LANES;
        assert!(
            last < a.len() && b_last <= b.len(),
            "outside of a product's matrices"
        );
        let mut b_row = b_at;
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
                    columns[v] = unsafe { load_checked_before::<S>(b, b_row + v * S::F32_LANES) };
                }
                unrolled!(p < P, {
                    // SAFETY: as for `b`.
                    let value = unsafe { get_checked_before(a, from[p] + j) };
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
        let (simd, rows) = (self.simd, &self.rows[..P]);
        let columns = self.product.columns;
        match self.finish {
            Finish::Add(out) => add(simd, acc, rows, columns, out),
            Finish::Layer {
                bias,
                activation,
                out,
            } => layer(simd, acc, rows, bias, *activation, out),
            Finish::Largest {
                bias,
                activation,
                out,
                picked,
            } => {
                // `run` cuts whole windows; this keeps the other sizes small.
                if !P.is_multiple_of(WINDOW) {
                    unreachable!("{P} rows are no whole windows");
                }
                largest(simd, acc, rows, columns, (bias, *activation), out, picked);
            }
        }
    }
}

#[inline(always)]
fn add<S: Simd, const P: usize, const V: usize>(
    simd: S,
    mut acc: [[S::f32s; V]; P],
    rows: &[Row],
    columns: usize,
    out: &mut [f32],
) {
    // What lies past the last column is another row's.
    for v in 0..V {
        let first = v * S::F32_LANES;
        if columns < first + S::F32_LANES {
            let counts = below(simd, columns.saturating_sub(first));
            unrolled!(p < P, {
                let zero = simd.splat_f32s(0.0);
                acc[p][v] = simd.select_f32s(counts, acc[p][v], zero);
            });
        }
    }
    unrolled!(p < P, {
        for v in 0..V {
            let at = rows[p].to + v * S::F32_LANES;
            let sum = simd.add_f32s(load::<S>(out, at), acc[p][v]);
            store::<S>(out, at, sum);
        }
    });
}

#[inline(always)]
fn layer<S: Simd, const P: usize, const V: usize>(
    simd: S,
    mut acc: [[S::f32s; V]; P],
    rows: &[Row],
    bias: &[f32],
    activation: Option<Activation>,
    out: &mut [f32],
) {
    let mut biases = [simd.splat_f32s(0.0); V];
    for v in 0..V {
        biases[v] = load::<S>(bias, v * S::F32_LANES);
    }
    unrolled!(p < P, {
        for v in 0..V {
            acc[p][v] = simd.add_f32s(acc[p][v], biases[v]);
        }
    });
    if activation == Some(Activation::Relu) {
        unrolled!(p < P, {
            for v in 0..V {
                acc[p][v] = activate(simd, Some(Activation::Relu), acc[p][v]);
            }
        });
    }
    if activation == Some(Activation::Relu6) {
        unrolled!(p < P, {
            for v in 0..V {
                acc[p][v] = activate(simd, Some(Activation::Relu6), acc[p][v]);
            }
        });
    }
    unrolled!(p < P, {
        for v in 0..V {
            store::<S>(out, rows[p].to + v * S::F32_LANES, acc[p][v]);
        }
    });
    // Too long to repeat for each row, and a loop must not touch `acc`.
    if activation == Some(Activation::Tanh) {
        for row in rows {
            for v in 0..V {
                let at = row.to + v * S::F32_LANES;
                let value = tanh(simd, load::<S>(out, at));
                store::<S>(out, at, value);
            }
        }
    }
}

#[inline(always)]
fn largest<S: Simd, const P: usize, const V: usize>(
    simd: S,
    acc: [[S::f32s; V]; P],
    rows: &[Row],
    columns: usize,
    (bias, activation): (&[f32], Option<Activation>),
    out: &mut [f32],
    picked: &mut [u8],
) {
    let mut biases = [simd.splat_f32s(0.0); V];
    for v in 0..V {
        biases[v] = load::<S>(bias, v * S::F32_LANES);
    }
    unrolled!(p < P, {
        if p % WINDOW == 0 {
            let mut best = [simd.splat_f32s(0.0); V];
            let mut tap = [simd.splat_u32s(0); V];
            for v in 0..V {
                // A tile is whole windows: the remainders are for the compiler.
                let a = simd.add_f32s(acc[p][v], biases[v]);
                let b = simd.add_f32s(acc[(p + 1) % P][v], biases[v]);
                let c = simd.add_f32s(acc[(p + 2) % P][v], biases[v]);
                let d = simd.add_f32s(acc[(p + 3) % P][v], biases[v]);
                let right = simd.greater_than_f32s(b, a);
                let upper = simd.select_f32s(right, b, a);
                let upper_tap = simd.select_u32s(right, simd.splat_u32s(1), simd.splat_u32s(0));
                let right = simd.greater_than_f32s(d, c);
                let lower = simd.select_f32s(right, d, c);
                let lower_tap = simd.select_u32s(right, simd.splat_u32s(3), simd.splat_u32s(2));
                let down = simd.greater_than_f32s(lower, upper);
                best[v] = simd.select_f32s(down, lower, upper);
                tap[v] = simd.select_u32s(down, lower_tap, upper_tap);
            }
            let place = rows[p].to..rows[p].to + columns;
            store_window(simd, best, tap, activation, place, out, picked);
        }
    });
    // As for a layer.
    if activation == Some(Activation::Tanh) {
        for row in rows.iter().step_by(WINDOW) {
            for values in out[row.to..row.to + columns].chunks_mut(S::F32_LANES) {
                let value = tanh(simd, load_some::<S>(values));
                store_some::<S>(values, value);
            }
        }
    }
}

#[inline(always)]
fn store_window<S: Simd, const V: usize>(
    simd: S,
    best: [S::f32s; V],
    tap: [S::u32s; V],
    activation: Option<Activation>,
    place: Range<usize>,
    out: &mut [f32],
    picked: &mut [u8],
) {
    let out = out[place.clone()].chunks_mut(S::F32_LANES);
    for (out, mut best) in out.zip(best) {
        if activation.is_some_and(Activation::clamps) {
            best = activate(simd, activation, best);
        }
        store_some::<S>(out, best);
    }
    if !picked.is_empty() {
        let picked = picked[place].chunks_mut(S::F32_LANES);
        for (picked, tap) in picked.zip(tap) {
            store_bytes::<S>(picked, tap);
        }
    }
}

/// `slice[at]` without a check; with one in tests.
///
/// # Safety
/// `at` must lie in the slice.
#[inline(always)]
unsafe fn get_checked_before(slice: &[f32], at: usize) -> f32 {
    if cfg!(test) {
        return slice[at];
    }
    // SAFETY: the caller's promise.
    unsafe { *slice.get_unchecked(at) }
}

/// [`load`] without a check; with one in tests.
///
/// # Safety
/// A whole vector from `at` on must lie in the slice.
#[inline(always)]
unsafe fn load_checked_before<S: Simd>(slice: &[f32], at: usize) -> S::f32s {
    if cfg!(test) {
        return load::<S>(slice, at);
    }
    // SAFETY: the caller's promise, and a vector is plain old data.
    unsafe { slice.as_ptr().add(at).cast::<S::f32s>().read_unaligned() }
}
