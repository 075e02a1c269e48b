//! Activations and their derivatives on vectors.

use pulp::Simd;

use crate::spec::Activation;

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

/// `gradient * activation'(x)`, computed from the output `activation(x)`.
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

/// Hyperbolic tangent as the rational function `x * P(x^2) / Q(x^2)` for `|x| <= 9.02`, beyond
/// which it rounds to 1; the error is at most 6 units in the last place.
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
    // Comparisons keep NaN, which `min` and `max` would not. Rounding may exceed 1.
    let (one, limit) = (simd.splat_f32s(1.0), simd.splat_f32s(9.02));
    let value = simd.select_f32s(simd.greater_than_f32s(value, one), one, value);
    let value = simd.select_f32s(simd.greater_than_f32s(x, limit), one, value);
    let (one, limit) = (simd.splat_f32s(-1.0), simd.splat_f32s(-9.02));
    let value = simd.select_f32s(simd.less_than_f32s(value, one), one, value);
    simd.select_f32s(simd.less_than_f32s(x, limit), one, value)
}
