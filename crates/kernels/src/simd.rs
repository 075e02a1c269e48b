//! Vector building blocks, written once for every instruction set that `pulp` knows.
//!
//! Functions here are inlined into a body that runs under `pulp::Arch::dispatch`, which picks
//! AVX-512, AVX2, NEON or plain scalars when the program starts.

#![allow(unsafe_code)]
// Each use says why it is sound.
// Sums stay in registers where the index of every loop over them is plain to the compiler.
#![allow(clippy::needless_range_loop)]

use pulp::{Arch, Simd};

use super::Activation;

/// The instruction set of this machine; tests may ask for another, see [`forced::with`].
pub fn arch() -> Arch {
    #[cfg(test)]
    if let Some(arch) = forced::ARCH.get() {
        return arch;
    }
    Arch::new()
}

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

/// Writes one vector to `slice[at..]`.
#[inline(always)]
pub fn store<S: Simd>(slice: &mut [f32], at: usize, value: S::f32s) {
    let lanes = &mut slice[at..at + S::F32_LANES];
    // SAFETY: `lanes` has as many values as a vector, and a vector is plain old data.
    unsafe { lanes.as_mut_ptr().cast::<S::f32s>().write_unaligned(value) }
}

/// The most lanes a vector has.
pub const MOST_LANES: usize = 16;

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
        Some(Activation::Relu6) => {
            let (zero, six) = (simd.splat_f32s(0.0), simd.splat_f32s(6.0));
            let x = simd.select_f32s(simd.less_than_f32s(x, zero), zero, x);
            simd.select_f32s(simd.greater_than_f32s(x, six), six, x)
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
        Some(Activation::Relu6) => {
            let (zero, six) = (simd.splat_f32s(0.0), simd.splat_f32s(6.0));
            let below =
                simd.select_f32s(simd.greater_than_or_equal_f32s(output, six), zero, gradient);
            simd.select_f32s(simd.less_than_or_equal_f32s(output, zero), zero, below)
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
pub fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
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

#[cfg(test)]
pub mod forced {
    use std::cell::Cell;

    use pulp::Arch;

    thread_local! {
        pub static ARCH: Cell<Option<Arch>> = const { Cell::new(None) };
    }

    /// Runs `f` on this thread with kernels for `arch`.
    pub fn with<T>(arch: Arch, f: impl FnOnce() -> T) -> T {
        struct Reset;
        impl Drop for Reset {
            fn drop(&mut self) {
                ARCH.set(None);
            }
        }
        let _reset = Reset;
        ARCH.set(Some(arch));
        f()
    }

    /// The instruction sets that this machine can run, as far as they are known by name here.
    pub fn all() -> Vec<(&'static str, Arch)> {
        let mut all = vec![("scalar", Arch::Scalar)];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(pulp::x86::V3::try_new().map(|v3| ("AVX2", Arch::V3(v3))));
            all.extend(pulp::x86::V4::try_new().map(|v4| ("AVX-512", Arch::V4(v4))));
        }
        all
    }
}
