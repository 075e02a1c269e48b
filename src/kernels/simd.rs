//! Vector building blocks, written once for every instruction set that `pulp` knows.
//!
//! Functions here are inlined into a body that runs under `pulp::Arch::dispatch`, which picks
//! AVX-512, AVX2, NEON or plain scalars when the program starts.

#![allow(unsafe_code)]
// Each use says why it is sound.
// Sums stay in registers where the index of every loop over them is plain to the compiler.
#![allow(clippy::needless_range_loop)]

use pulp::{NullaryFnOnce, Simd};

use super::Activation;

/// Repeats a block for each number below a constant of at most twelve, without a loop: the
/// compiler keeps sums in registers only where every index is a constant, and does not always
/// unroll a loop that long.
macro_rules! unrolled {
    ($n:ident < $count:ident, $body:block) => {
        unrolled!($n < $count, $body, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    };
    ($n:ident < $count:ident, $body:block, $($number:literal),+) => {{
        $(if $number < $count {
            let $n = $number;
            $body
        })+
    }};
}
pub(super) use unrolled;

/// Reads one vector that starts at `slice[at]`.
#[inline(always)]
pub fn load<S: Simd>(slice: &[f32], at: usize) -> S::f32s {
    let lanes = &slice[at..at + S::F32_LANES];
    // SAFETY: `lanes` has as many values as a vector, and a vector is plain old data.
    unsafe { lanes.as_ptr().cast::<S::f32s>().read_unaligned() }
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

/// Writes one vector to `slice[at..]`.
#[inline(always)]
pub fn store<S: Simd>(slice: &mut [f32], at: usize, value: S::f32s) {
    let lanes = &mut slice[at..at + S::F32_LANES];
    // SAFETY: `lanes` has as many values as a vector, and a vector is plain old data.
    unsafe { lanes.as_mut_ptr().cast::<S::f32s>().write_unaligned(value) }
}

/// The most lanes a vector has.
const MOST_LANES: usize = 16;

/// Reads the start of `slice`, with zeros where it is shorter than a vector.
#[inline(always)]
pub fn load_some<S: Simd>(slice: &[f32]) -> S::f32s {
    if slice.len() >= S::F32_LANES {
        return load::<S>(slice, 0);
    }
    let mut lanes = [0.0; MOST_LANES];
    lanes[..slice.len()].copy_from_slice(slice);
    load::<S>(&lanes, 0)
}

/// Writes a vector, or as much of it as `slice` has room for.
#[inline(always)]
pub fn store_some<S: Simd>(slice: &mut [f32], value: S::f32s) {
    if slice.len() >= S::F32_LANES {
        return store::<S>(slice, 0, value);
    }
    let mut lanes = [0.0; MOST_LANES];
    store::<S>(&mut lanes, 0, value);
    slice.copy_from_slice(&lanes[..slice.len()]);
}

/// Reads the start of `slice` as integers, with zeros where it is shorter than a vector.
#[inline(always)]
pub fn load_bytes<S: Simd>(slice: &[u8]) -> S::u32s {
    let mut bytes = [0u8; MOST_LANES];
    if slice.len() >= S::F32_LANES {
        bytes[..S::F32_LANES].copy_from_slice(&slice[..S::F32_LANES]);
    } else {
        bytes[..slice.len()].copy_from_slice(slice);
    }
    let mut lanes = [0u32; MOST_LANES];
    for lane in 0..S::F32_LANES {
        lanes[lane] = u32::from(bytes[lane]);
    }
    // SAFETY: no vector has more lanes than `lanes`, and a vector is plain old data.
    unsafe { lanes.as_ptr().cast::<S::u32s>().read_unaligned() }
}

/// Writes the low byte of each lane, or of as many as `slice` has room for.
#[inline(always)]
pub fn store_bytes<S: Simd>(slice: &mut [u8], value: S::u32s) {
    let mut lanes = [0u32; MOST_LANES];
    // SAFETY: no vector has more lanes than `lanes`, and a vector is plain old data.
    unsafe { lanes.as_mut_ptr().cast::<S::u32s>().write_unaligned(value) };
    let mut bytes = [0u8; MOST_LANES];
    for lane in 0..S::F32_LANES {
        bytes[lane] = lanes[lane] as u8;
    }
    if slice.len() >= S::F32_LANES {
        slice[..S::F32_LANES].copy_from_slice(&bytes[..S::F32_LANES]);
    } else {
        let len = slice.len();
        slice.copy_from_slice(&bytes[..len]);
    }
}

/// Marks the first `count` lanes.
#[inline(always)]
pub fn below<S: Simd>(simd: S, count: usize) -> S::m32s {
    const NUMBERS: [u32; MOST_LANES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    // SAFETY: no vector has more lanes than `NUMBERS`, and a vector is plain old data.
    let numbers = unsafe { NUMBERS.as_ptr().cast::<S::u32s>().read_unaligned() };
    simd.less_than_u32s(numbers, simd.splat_u32s(count as u32))
}

/// The most rows of a [`Product`] worked on at once: what fits the registers with two vectors of
/// columns each.
pub fn most_rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 12 } else { 6 }
}

/// What is done with a sum of products.
#[derive(Clone, Copy)]
pub enum Finish<'a> {
    /// It is added to what is there.
    Add,
    /// `activation(sum + bias)` takes the place of what is there; one bias for each column.
    Layer(&'a [f32], Option<Activation>),
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
    /// Columns that count: the others are not added to `out`.
    pub columns: usize,
    pub finish: Finish<'a>,
}

/// A row of a [`Product`]: where it starts in `a`, and where its sums go in `out`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    pub from: usize,
    pub to: usize,
}

impl Product<'_> {
    /// Computes `rows` in tiles of nearly the same size: a last one of a single row would waste a
    /// whole pass over `b`.
    ///
    /// # Panics
    /// When an offset lies outside `a`, `b` or `out`.
    #[inline(always)]
    pub fn run<S: Simd>(&self, simd: S, rows: &[Row], out: &mut [f32]) {
        let mut rest = rows;
        for left in (1..=rows.len().div_ceil(most_rows::<S>())).rev() {
            let (now, later) = rest.split_at(rest.len().div_ceil(left));
            rest = later;
            if self.wide {
                self.sized::<S, 2>(simd, now, out);
            } else {
                self.sized::<S, 1>(simd, now, out);
            }
        }
    }

    #[inline(always)]
    fn sized<S: Simd, const V: usize>(&self, simd: S, rows: &[Row], out: &mut [f32]) {
        match rows.len() {
            0 => {}
            1 => Tile::<S, 1, V>::run(simd, self, rows, out),
            2 => Tile::<S, 2, V>::run(simd, self, rows, out),
            3 => Tile::<S, 3, V>::run(simd, self, rows, out),
            4 => Tile::<S, 4, V>::run(simd, self, rows, out),
            5 => Tile::<S, 5, V>::run(simd, self, rows, out),
            6 => Tile::<S, 6, V>::run(simd, self, rows, out),
            7 => Tile::<S, 7, V>::run(simd, self, rows, out),
            8 => Tile::<S, 8, V>::run(simd, self, rows, out),
            9 => Tile::<S, 9, V>::run(simd, self, rows, out),
            10 => Tile::<S, 10, V>::run(simd, self, rows, out),
            11 => Tile::<S, 11, V>::run(simd, self, rows, out),
            _ => Tile::<S, 12, V>::run(simd, self, rows, out),
        }
    }
}

/// `P` rows and `V` vectors of columns of a product.
struct Tile<'a, S, const P: usize, const V: usize> {
    simd: S,
    product: &'a Product<'a>,
    rows: &'a [Row],
    out: &'a mut [f32],
}

impl<'a, S: Simd, const P: usize, const V: usize> Tile<'a, S, P, V> {
    #[inline(always)]
    fn run(simd: S, product: &'a Product<'a>, rows: &'a [Row], out: &'a mut [f32]) {
        // A function of its own, compiled for the instruction set.
        simd.vectorize(Tile::<S, P, V> {
            simd,
            product,
            rows,
            out,
        });
    }
}

impl<S: Simd, const P: usize, const V: usize> NullaryFnOnce for Tile<'_, S, P, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
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
        if len > 0 && !segments.is_empty() {
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
                        // are smaller, because every summand is unsigned.
                        columns[v] =
                            unsafe { load_checked_before::<S>(b, b_row + v * S::F32_LANES) };
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
        }
        match self.product.finish {
            Finish::Add => {
                // What lies past the last column is another row's.
                for v in 0..V {
                    let first = v * S::F32_LANES;
                    if self.product.columns < first + S::F32_LANES {
                        let counts = below(simd, self.product.columns.saturating_sub(first));
                        unrolled!(p < P, {
                            let zero = simd.splat_f32s(0.0);
                            acc[p][v] = simd.select_f32s(counts, acc[p][v], zero);
                        });
                    }
                }
                unrolled!(p < P, {
                    for v in 0..V {
                        let at = rows[p].to + v * S::F32_LANES;
                        let sum = simd.add_f32s(load::<S>(self.out, at), acc[p][v]);
                        store::<S>(self.out, at, sum);
                    }
                });
            }
            Finish::Layer(bias, activation) => {
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
                unrolled!(p < P, {
                    for v in 0..V {
                        store::<S>(self.out, rows[p].to + v * S::F32_LANES, acc[p][v]);
                    }
                });
                // Too long to repeat for each row, and a loop must not touch `acc`.
                if activation == Some(Activation::Tanh) {
                    for row in rows {
                        for v in 0..V {
                            let at = row.to + v * S::F32_LANES;
                            let value = tanh(simd, load::<S>(self.out, at));
                            store::<S>(self.out, at, value);
                        }
                    }
                }
            }
        }
    }
}

/// `activation(x)`; NaN stays NaN.
#[inline(always)]
pub fn activate<S: Simd>(simd: S, activation: Option<Activation>, x: S::f32s) -> S::f32s {
    match activation {
        None => x,
        Some(Activation::Relu) => {
            let zero = simd.splat_f32s(0.0);
            // Not `max`, which would turn NaN into 0.
            simd.select_f32s(simd.less_than_f32s(x, zero), zero, x)
        }
        Some(Activation::Tanh) => tanh(simd, x),
    }
}

/// `gradient * activation'(x)`, from the activation's output.
#[inline(always)]
pub fn activation_gradient<S: Simd>(
    simd: S,
    activation: Option<Activation>,
    output: S::f32s,
    gradient: S::f32s,
) -> S::f32s {
    match activation {
        None => gradient,
        Some(Activation::Relu) => {
            let zero = simd.splat_f32s(0.0);
            simd.select_f32s(simd.less_than_or_equal_f32s(output, zero), zero, gradient)
        }
        Some(Activation::Tanh) => {
            let square = simd.mul_f32s(output, output);
            simd.sub_f32s(gradient, simd.mul_f32s(gradient, square))
        }
    }
}

/// Hyperbolic tangent: `x * P(x^2) / Q(x^2)` up to 9.02, from where on it rounds to 1; at most 6
/// units in the last place off.
///
/// `tests/reference/tanh.py` finds the coefficients.
#[inline(always)]
fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const P: [f32; 6] = [
        1.816_447e-11,
        -1.274_475_4e-8,
        9.255_486e-6,
        2.919_454_4e-3,
        0.129_180_13,
        0.999_999_94,
    ];
    const Q: [f32; 4] = [2.279_194_2e-4, 2.375_781_7e-2, 0.462_512_97, 1.0];
    let square = simd.mul_f32s(x, x);
    let mut p = simd.splat_f32s(P[0]);
    for c in &P[1..] {
        p = simd.mul_add_e_f32s(p, square, simd.splat_f32s(*c));
    }
    let mut q = simd.splat_f32s(Q[0]);
    for c in &Q[1..] {
        q = simd.mul_add_e_f32s(q, square, simd.splat_f32s(*c));
    }
    let value = simd.div_f32s(simd.mul_f32s(x, p), q);
    // Comparisons let NaN pass, which `min` and `max` would not. Rounding may reach past one.
    let (one, limit) = (simd.splat_f32s(1.0), simd.splat_f32s(9.02));
    let value = simd.select_f32s(simd.greater_than_f32s(value, one), one, value);
    let value = simd.select_f32s(simd.greater_than_f32s(x, limit), one, value);
    let (one, limit) = (simd.splat_f32s(-1.0), simd.splat_f32s(-9.02));
    let value = simd.select_f32s(simd.less_than_f32s(value, one), one, value);
    simd.select_f32s(simd.less_than_f32s(x, limit), one, value)
}
