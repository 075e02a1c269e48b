//! What is done with the sums of a product while they are in registers.

// Sums stay in registers only where the index of every loop over them is a constant.
#![allow(clippy::needless_range_loop)]

use std::ops::Range;

use pulp::Simd;

use super::operands::Row;
use crate::activation::{activate, tanh};
use crate::simd::{first_lanes, load, load_some, store, store_bytes, store_some, unrolled};
use crate::spec::Activation;

/// What is done with the sums of a [`Product`](super::Product).
pub enum Epilogue<'a> {
    /// Adds them to the output.
    Accumulate(&'a mut [f32]),
    /// Writes `activation(sum + bias)`, also to columns that do not count; one bias for each
    /// column.
    Activate {
        bias: &'a [f32],
        activation: Option<Activation>,
        out: &'a mut [f32],
    },
    /// Of each [`WINDOW`] rows in turn, writes `activation(largest sum + bias)` where the first
    /// of them says, and the number of the largest in the window to the same place of `argmax`;
    /// of equal ones the first. `argmax` may be empty.
    MaxPool {
        bias: &'a [f32],
        activation: Option<Activation>,
        out: &'a mut [f32],
        argmax: &'a mut [u8],
    },
}

/// Rows per maximum of [`Epilogue::MaxPool`]: 2x2.
pub const WINDOW: usize = 4;

impl Epilogue<'_> {
    /// Takes the sums of `P` rows in `V` vectors of columns, of which `columns` count.
    #[inline(always)]
    pub fn apply<S: Simd, const P: usize, const V: usize>(
        &mut self,
        simd: S,
        acc: [[S::f32s; V]; P],
        rows: &[Row],
        columns: usize,
    ) {
        match self {
            Epilogue::Accumulate(out) => accumulate(simd, acc, rows, columns, out),
            Epilogue::Activate {
                bias,
                activation,
                out,
            } => activate_rows(simd, acc, rows, bias, *activation, out),
            Epilogue::MaxPool {
                bias,
                activation,
                out,
                argmax,
            } => {
                // `Product::run` cuts whole windows; this keeps the code of other sizes small.
                if !P.is_multiple_of(WINDOW) {
                    unreachable!("{P} rows are no whole windows");
                }
                max_pool(simd, acc, rows, columns, (bias, *activation), out, argmax);
            }
        }
    }
}

#[inline(always)]
fn accumulate<S: Simd, const P: usize, const V: usize>(
    simd: S,
    mut acc: [[S::f32s; V]; P],
    rows: &[Row],
    columns: usize,
    out: &mut [f32],
) {
    // What lies past the last column belongs to another row.
    for v in 0..V {
        let first = v * S::F32_LANES;
        if columns < first + S::F32_LANES {
            let counts = first_lanes(simd, columns.saturating_sub(first));
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
fn activate_rows<S: Simd, const P: usize, const V: usize>(
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
    // Too long to repeat for each row; in a loop over `acc` its sums would leave the registers.
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
fn max_pool<S: Simd, const P: usize, const V: usize>(
    simd: S,
    acc: [[S::f32s; V]; P],
    rows: &[Row],
    columns: usize,
    (bias, activation): (&[f32], Option<Activation>),
    out: &mut [f32],
    argmax: &mut [u8],
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
                // A tile is whole windows; the remainders only tell the compiler that no index is too large.
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
            store_window(simd, best, tap, activation, place, out, argmax);
        }
    });
    // As in `activate_rows`.
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
    argmax: &mut [u8],
) {
    let out = out[place.clone()].chunks_mut(S::F32_LANES);
    for (out, mut best) in out.zip(best) {
        if activation.is_some_and(Activation::clamps) {
            best = activate(simd, activation, best);
        }
        store_some::<S>(out, best);
    }
    if !argmax.is_empty() {
        let argmax = argmax[place].chunks_mut(S::F32_LANES);
        for (argmax, tap) in argmax.zip(tap) {
            store_bytes::<S>(argmax, tap);
        }
    }
}
