//! Optimizer steps on the CPU: one pass over each parameter.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::host::HostTensor;
use crate::simd::arch;
use crate::spec::{AdamStep, RmsPropStep, SgdStep};

/// Values that a thread works on at once.
const SHARE: usize = 1 << 15;

/// `value`, or zero where it is subnormal.
///
/// The moments of a weight whose gradient stays zero, as behind a dead filter, shrink by a factor
/// in every step and never reach zero: the smallest subnormal times 0.9 is rounded to itself. A
/// product with such a value takes a processor some hundred cycles, and it is too small to change
/// any weight.
#[inline(always)]
fn flush_subnormal(value: f32) -> f32 {
    const EXPONENT: u32 = 0x7f80_0000;
    // Compares bits because comparing subnormal values may be as slow as multiplying them.
    match value.to_bits() & EXPONENT {
        0 => 0.0,
        _ => value,
    }
}

/// See [`adam_step()`](crate::adam_step()).
pub fn adam_step<B: HostTensor>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    moments: [FloatTensor<B>; 2],
    step: AdamStep,
) -> [FloatTensor<B>; 3] {
    let shape = parameter.shape().to_vec();
    let device = parameter.device();
    let [first, second] = moments;
    let mut values = B::into_vec(parameter);
    let gradient = B::into_vec(gradient);
    let mut first = B::into_vec(first);
    let mut second = B::into_vec(second);
    let arch = arch();
    (values.par_chunks_mut(SHARE))
        .zip(gradient.par_chunks(SHARE))
        .zip(first.par_chunks_mut(SHARE))
        .zip(second.par_chunks_mut(SHARE))
        .for_each(|(((values, gradient), first), second)| {
            arch.dispatch(Adam {
                values,
                gradient,
                first,
                second,
                step,
            });
        });
    [values, first, second].map(|values| B::from_vec(values, &shape, &device))
}

struct Adam<'a> {
    values: &'a mut [f32],
    gradient: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    step: AdamStep,
}

impl WithSimd for Adam<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let AdamStep {
            beta_1,
            beta_2,
            rate,
            epsilon,
            decay,
            shrink,
        } = self.step;
        // The compiler turns this loop into vectors of the instruction set.
        let moments = self.first.iter_mut().zip(self.second);
        for ((value, &gradient), (first, second)) in
            self.values.iter_mut().zip(self.gradient).zip(moments)
        {
            let gradient = gradient + decay * *value;
            *first = flush_subnormal(*first * beta_1 + gradient * (1.0 - beta_1));
            *second = flush_subnormal(*second * beta_2 + gradient * gradient * (1.0 - beta_2));
            *value = *value * shrink - rate * *first / (second.sqrt() + epsilon);
        }
    }
}

/// See [`sgd_step()`](crate::sgd_step()).
pub fn sgd_step<B: HostTensor>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    velocity: FloatTensor<B>,
    step: SgdStep,
) -> [FloatTensor<B>; 2] {
    let shape = parameter.shape().to_vec();
    let device = parameter.device();
    let mut values = B::into_vec(parameter);
    let gradient = B::into_vec(gradient);
    let mut velocity = B::into_vec(velocity);
    let arch = arch();
    (values.par_chunks_mut(SHARE))
        .zip(gradient.par_chunks(SHARE))
        .zip(velocity.par_chunks_mut(SHARE))
        .for_each(|((values, gradient), velocity)| {
            arch.dispatch(Sgd {
                values,
                gradient,
                velocity,
                step,
            });
        });
    [values, velocity].map(|values| B::from_vec(values, &shape, &device))
}

struct Sgd<'a> {
    values: &'a mut [f32],
    gradient: &'a [f32],
    velocity: &'a mut [f32],
    step: SgdStep,
}

impl WithSimd for Sgd<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let SgdStep {
            rate,
            momentum,
            nesterov,
            decay,
        } = self.step;
        let (keep, add) = if nesterov {
            (momentum, 1.0)
        } else {
            (1.0, 0.0)
        };
        let gradients = self.gradient.iter().zip(self.velocity);
        for (value, (&gradient, velocity)) in self.values.iter_mut().zip(gradients) {
            let gradient = gradient + decay * *value;
            *velocity = flush_subnormal(*velocity * momentum + gradient);
            *value -= rate * (*velocity * keep + gradient * add);
        }
    }
}

/// See [`rms_prop_step()`](crate::rms_prop_step()).
pub fn rms_prop_step<B: HostTensor>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    [square, velocity]: [FloatTensor<B>; 2],
    step: RmsPropStep,
) -> [FloatTensor<B>; 3] {
    let shape = parameter.shape().to_vec();
    let device = parameter.device();
    let mut values = B::into_vec(parameter);
    let gradient = B::into_vec(gradient);
    let mut square = B::into_vec(square);
    let mut velocity = B::into_vec(velocity);
    let arch = arch();
    (values.par_chunks_mut(SHARE))
        .zip(gradient.par_chunks(SHARE))
        .zip(square.par_chunks_mut(SHARE))
        .zip(velocity.par_chunks_mut(SHARE))
        .for_each(|(((values, gradient), square), velocity)| {
            arch.dispatch(RmsProp {
                values,
                gradient,
                square,
                velocity,
                step,
            });
        });
    [values, square, velocity].map(|values| B::from_vec(values, &shape, &device))
}

struct RmsProp<'a> {
    values: &'a mut [f32],
    gradient: &'a [f32],
    square: &'a mut [f32],
    velocity: &'a mut [f32],
    step: RmsPropStep,
}

impl WithSimd for RmsProp<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let RmsPropStep {
            rate,
            alpha,
            epsilon,
            momentum,
            decay,
        } = self.step;
        let state = self.square.iter_mut().zip(self.velocity);
        for ((value, &gradient), (square, velocity)) in
            self.values.iter_mut().zip(self.gradient).zip(state)
        {
            let gradient = gradient + decay * *value;
            *square = flush_subnormal(*square * alpha + gradient * gradient * (1.0 - alpha));
            let direction = gradient / (square.sqrt() + epsilon);
            *velocity = flush_subnormal(*velocity * momentum + direction);
            *value -= rate * *velocity;
        }
    }
}
