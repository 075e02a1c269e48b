//! What happens to each value of a batch norm, forward and backward.

use pulp::{Simd, WithSimd};

use crate::activation::{activate, activation_gradient};
use crate::simd::{load_some, store_some};
use crate::spec::Activation;

/// `activation((x - mean) * scale + shift)`
pub struct Normalize<'a> {
    pub x: &'a [f32],
    pub out: &'a mut [f32],
    pub mean: &'a [f32],
    pub scale: &'a [f32],
    pub shift: &'a [f32],
    pub activation: Option<Activation>,
}

impl WithSimd for Normalize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.mean.len();
        for (x, out) in self.x.chunks(width).zip(self.out.chunks_mut(width)) {
            for at in (0..x.len()).step_by(S::F32_LANES) {
                let end = x.len().min(at + S::F32_LANES);
                let load = |values: &[f32]| load_some::<S>(&values[at..end]);
                let value = simd.sub_f32s(load(x), load(self.mean));
                let value = simd.mul_add_e_f32s(value, load(self.scale), load(self.shift));
                store_some::<S>(&mut out[at..end], activate(simd, self.activation, value));
            }
        }
    }
}

/// Takes the gradient back through the activation, in place, and sums it and its products with
/// the normalised values.
pub struct SumGradients<'a> {
    pub x: &'a [f32],
    pub output: &'a [f32],
    pub gradient: &'a mut [f32],
    pub mean: &'a [f32],
    pub inverse_deviation: &'a [f32],
    pub activation: Option<Activation>,
    pub gradient_sums: &'a mut [f32],
    pub product_sums: &'a mut [f32],
}

impl WithSimd for SumGradients<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.mean.len();
        let rows = self.x.chunks(width).zip(self.gradient.chunks_mut(width));
        for (number, (x, gradient)) in rows.enumerate() {
            for at in (0..x.len()).step_by(S::F32_LANES) {
                let end = x.len().min(at + S::F32_LANES);
                let load = |values: &[f32]| load_some::<S>(&values[at..end]);
                let mut value = load(gradient);
                if self.activation.is_some() {
                    let output = load(&self.output[number * width..]);
                    value = activation_gradient(simd, self.activation, output, value);
                    store_some::<S>(&mut gradient[at..end], value);
                }
                let normalized = simd.mul_f32s(
                    simd.sub_f32s(load(x), load(self.mean)),
                    load(self.inverse_deviation),
                );
                let sum = simd.add_f32s(load(self.gradient_sums), value);
                store_some::<S>(&mut self.gradient_sums[at..end], sum);
                let sum = simd.mul_add_e_f32s(value, normalized, load(self.product_sums));
                store_some::<S>(&mut self.product_sums[at..end], sum);
            }
        }
    }
}

/// The gradient with respect to the input,
/// `scale * (gradient - gradient_mean - (x - mean) * slope)`, in place of the one with respect to
/// the output.
pub struct InputGradient<'a> {
    pub gradient: &'a mut [f32],
    pub x: &'a [f32],
    pub mean: &'a [f32],
    pub scale: &'a [f32],
    pub gradient_mean: &'a [f32],
    pub slope: &'a [f32],
}

impl WithSimd for InputGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let width = self.mean.len();
        for (gradient, x) in self.gradient.chunks_mut(width).zip(self.x.chunks(width)) {
            let of_channels = self
                .mean
                .iter()
                .zip(self.scale)
                .zip(self.gradient_mean.iter().zip(self.slope));
            for ((gradient, x), ((mean, scale), (gradient_mean, slope))) in
                gradient.iter_mut().zip(x).zip(of_channels)
            {
                *gradient = scale * (*gradient - gradient_mean - (x - mean) * slope);
            }
        }
    }
}

/// The gradient with respect to the input of a batch norm whose statistics are constants: through the
/// activation and times `scale`, in place.
pub struct ScaleGradient<'a> {
    pub gradient: &'a mut [f32],
    /// Empty where there is no activation.
    pub output: &'a [f32],
    pub scale: &'a [f32],
    pub activation: Option<Activation>,
}

impl WithSimd for ScaleGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.scale.len();
        for (number, gradient) in self.gradient.chunks_mut(width).enumerate() {
            for at in (0..gradient.len()).step_by(S::F32_LANES) {
                let end = gradient.len().min(at + S::F32_LANES);
                let mut value = load_some::<S>(&gradient[at..end]);
                if self.activation.is_some() {
                    let output = load_some::<S>(&self.output[number * width..][at..end]);
                    value = activation_gradient(simd, self.activation, output, value);
                }
                let scale = load_some::<S>(&self.scale[at..end]);
                store_some::<S>(&mut gradient[at..end], simd.mul_f32s(value, scale));
            }
        }
    }
}
