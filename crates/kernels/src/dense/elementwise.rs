//! What happens to each value of a dense layer beside the products.

use pulp::{Simd, WithSimd};

use crate::activation::{activate, activation_gradient};
use crate::simd::{load_some, store_some};
use crate::spec::Activation;

/// Adds the bias to every row and applies the activation. Returns whether all sums were finite.
pub struct AddBias<'a> {
    pub out: &'a mut [f32],
    pub bias: &'a [f32],
    pub activation: Option<Activation>,
}

impl WithSimd for AddBias<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let zero = simd.splat_f32s(0.0);
        let mut finite = zero;
        for row in self.out.chunks_exact_mut(self.bias.len().max(1)) {
            for (out, bias) in row
                .chunks_mut(S::F32_LANES)
                .zip(self.bias.chunks(S::F32_LANES))
            {
                let sum = simd.add_f32s(load_some::<S>(out), load_some::<S>(bias));
                // Stays zero until a sum is NaN or infinite.
                finite = simd.mul_add_e_f32s(sum, zero, finite);
                store_some::<S>(out, activate(simd, self.activation, sum));
            }
        }
        simd.reduce_sum_f32s(finite) == 0.0
    }
}

/// Takes the gradient back through the activation, in place, and adds its sum over the batch to
/// `bias`.
pub struct ActivationBackward<'a> {
    pub gradient: &'a mut [f32],
    pub output: &'a [f32],
    pub activation: Option<Activation>,
    pub bias: &'a mut [f32],
}

impl WithSimd for ActivationBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let outputs = self.bias.len().max(1);
        for (row, gradient) in self.gradient.chunks_exact_mut(outputs).enumerate() {
            for at in (0..outputs).step_by(S::F32_LANES) {
                let count = S::F32_LANES.min(outputs - at);
                let mut value = load_some::<S>(&gradient[at..at + count]);
                if self.activation.is_some() {
                    let from = row * outputs + at;
                    let output = load_some::<S>(&self.output[from..from + count]);
                    value = activation_gradient(simd, self.activation, output, value);
                    store_some::<S>(&mut gradient[at..at + count], value);
                }
                let bias = &mut self.bias[at..at + count];
                let sum = simd.add_f32s(load_some::<S>(bias), value);
                store_some::<S>(bias, sum);
            }
        }
    }
}
