//! Loads, stores and masks of vectors, written once for every instruction set that `pulp` knows.
//!
//! Functions here are inlined into a body that runs under `pulp::Arch::dispatch`, which picks
//! AVX-512, AVX2, NEON or plain scalars when the program starts.

// Every use says why it is sound.
#![allow(unsafe_code)]
// A vector is filled through an array that may be longer than it.
#![allow(clippy::needless_range_loop)]

use pulp::{Arch, Simd, WithSimd};

/// The instruction set of this machine; tests may ask for another, see `forced::with`.
pub fn arch() -> Arch {
    #[cfg(test)]
    if let Some(arch) = forced::ARCH.get() {
        return arch;
    }
    Arch::new()
}

/// 32-bit floats in a vector of `arch`.
pub fn f32_lanes(arch: Arch) -> usize {
    struct Lanes;

    impl WithSimd for Lanes {
        type Output = usize;

        fn with_simd<S: Simd>(self, _simd: S) -> usize {
            S::F32_LANES
        }
    }

    arch.dispatch(Lanes)
}

/// Repeats a block for each number below a constant of at most twelve, without a loop: the
/// compiler keeps sums in registers only where every index is a constant, and does not always
/// unroll a loop of twelve steps.
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
pub(crate) use unrolled;

/// Reads the vector that starts at `slice[at]`.
#[inline(always)]
pub fn load<S: Simd>(slice: &[f32], at: usize) -> S::f32s {
    let lanes = &slice[at..at + S::F32_LANES];
    // SAFETY: `lanes` has as many values as a vector, and a vector is plain old data.
    unsafe { lanes.as_ptr().cast::<S::f32s>().read_unaligned() }
}

/// Writes a vector to `slice[at..]`.
#[inline(always)]
pub fn store<S: Simd>(slice: &mut [f32], at: usize, value: S::f32s) {
    let lanes = &mut slice[at..at + S::F32_LANES];
    // SAFETY: `lanes` has as many values as a vector, and a vector is plain old data.
    unsafe { lanes.as_mut_ptr().cast::<S::f32s>().write_unaligned(value) }
}

/// The most lanes that a vector of any instruction set has.
pub const MAX_LANES: usize = 16;

/// Reads the start of `slice`, with zeros where it is shorter than a vector.
#[inline(always)]
pub fn load_some<S: Simd>(slice: &[f32]) -> S::f32s {
    if slice.len() >= S::F32_LANES {
        return load::<S>(slice, 0);
    }
    let mut lanes = [0.0; MAX_LANES];
    lanes[..slice.len()].copy_from_slice(slice);
    load::<S>(&lanes, 0)
}

/// Writes a vector, or as much of it as fits `slice`.
#[inline(always)]
pub fn store_some<S: Simd>(slice: &mut [f32], value: S::f32s) {
    if slice.len() >= S::F32_LANES {
        return store::<S>(slice, 0, value);
    }
    let mut lanes = [0.0; MAX_LANES];
    store::<S>(&mut lanes, 0, value);
    slice.copy_from_slice(&lanes[..slice.len()]);
}

/// Reads the start of `slice`, a byte for each lane, with zeros where it is shorter than a vector.
#[inline(always)]
pub fn load_bytes<S: Simd>(slice: &[u8]) -> S::u32s {
    let mut bytes = [0u8; MAX_LANES];
    if slice.len() >= S::F32_LANES {
        bytes[..S::F32_LANES].copy_from_slice(&slice[..S::F32_LANES]);
    } else {
        bytes[..slice.len()].copy_from_slice(slice);
    }
    let mut lanes = [0u32; MAX_LANES];
    for lane in 0..S::F32_LANES {
        lanes[lane] = u32::from(bytes[lane]);
    }
    // SAFETY: no vector has more lanes than `lanes`, and a vector is plain old data.
    unsafe { lanes.as_ptr().cast::<S::u32s>().read_unaligned() }
}

/// Writes the low byte of each lane, or of as many lanes as fit `slice`.
#[inline(always)]
pub fn store_bytes<S: Simd>(slice: &mut [u8], value: S::u32s) {
    let mut lanes = [0u32; MAX_LANES];
    // SAFETY: no vector has more lanes than `lanes`, and a vector is plain old data.
    unsafe { lanes.as_mut_ptr().cast::<S::u32s>().write_unaligned(value) };
    let mut bytes = [0u8; MAX_LANES];
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

/// A mask of the first `count` lanes.
#[inline(always)]
pub fn first_lanes<S: Simd>(simd: S, count: usize) -> S::m32s {
    const NUMBERS: [u32; MAX_LANES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    // SAFETY: no vector has more lanes than `NUMBERS`, and a vector is plain old data.
    let numbers = unsafe { NUMBERS.as_ptr().cast::<S::u32s>().read_unaligned() };
    simd.less_than_u32s(numbers, simd.splat_u32s(count as u32))
}

#[cfg(test)]
pub mod forced {
    use std::cell::Cell;

    use pulp::Arch;

    thread_local! {
        pub static ARCH: Cell<Option<Arch>> = const { Cell::new(None) };
    }

    /// Runs `f` with kernels for `arch`, as far as they run on this thread.
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

    /// The instruction sets of this machine, by name.
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
