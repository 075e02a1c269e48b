//! Whether values are finite. Of others Burn's own operations decide what the result is.

use pulp::Simd;

use crate::simd::load;

/// The largest absolute value; `None` where a value is NaN or infinite.
#[inline(always)]
pub fn largest_magnitude(values: &[f32]) -> Option<f32> {
    let mut parts = [0.0f32; 16];
    let mut sums = [0.0f32; 16];
    // Sixteen values at a time: the compiler turns the loop into vectors.
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        for ((part, sum), value) in parts.iter_mut().zip(&mut sums).zip(chunk) {
            *part = part.max(value.abs());
            *sum += value * 0.0;
        }
    }
    let most = parts.iter().fold(0.0, |most: f32, part| most.max(*part));
    let most = rest.iter().fold(most, |most, value| most.max(value.abs()));
    let finite = sums.iter().chain(rest).all(|value| value.is_finite());
    finite.then_some(most)
}

/// Whether no value is NaN or infinite.
#[inline(always)]
pub fn all_finite<S: Simd>(simd: S, values: &[f32]) -> bool {
    let zero = simd.splat_f32s(0.0);
    let mut sum = zero;
    let whole = values.len() / S::F32_LANES * S::F32_LANES;
    for at in (0..whole).step_by(S::F32_LANES) {
        // Stays zero until a value is NaN or infinite.
        sum = simd.mul_add_e_f32s(load::<S>(values, at), zero, sum);
    }
    simd.reduce_sum_f32s(sum) == 0.0 && values[whole..].iter().all(|value| value.is_finite())
}
