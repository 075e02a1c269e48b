//! Dropout on the CPU: a mask that is drawn again where it is needed instead of kept.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Distribution, FloatDType, Shape};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::host::HostTensor;

/// Values that a thread works on at once; each share draws from a stream of its own, so that the
/// mask does not depend on the number of threads.
const SHARE: usize = 1 << 14;

/// What is set to zero: a function of these numbers and of a value's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mask {
    pub seed: u64,
    /// The probability of zero, at least 0 and less than 1.
    pub probability: f64,
}

impl Mask {
    /// The next mask of the device's stream of random numbers, which `Device::seed` starts.
    pub fn draw<B: HostTensor>(probability: f64, x: &FloatTensor<B>) -> Self {
        let uniform = Distribution::Uniform(0.0, 1.0);
        let drawn = B::float_random(Shape::new([3]), uniform, &x.device(), FloatDType::F32);
        // Single precision has 24 random bits.
        let seed = (B::into_vec(drawn).into_iter()).fold(0, |seed: u64, value| {
            (seed << 24) ^ (value * (1 << 24) as f32) as u64
        });
        Self { seed, probability }
    }
}

/// `x` with some values set to zero and the others divided by the probability to be kept; also the
/// gradient with respect to the input, from the one with respect to the output.
pub fn apply<B: HostTensor>(x: FloatTensor<B>, mask: Mask) -> FloatTensor<B> {
    let shape = x.shape().to_vec();
    let device = x.device();
    let mut values = B::into_vec(x);
    // A value is dropped where 32 random bits are below this number.
    let threshold = (mask.probability * 2f64.powi(32)) as u32;
    let scale = (1.0 / (1.0 - mask.probability)) as f32;
    let shares = values.par_chunks_mut(SHARE).enumerate();
    shares.for_each(|(number, values)| {
        let mut rng = ChaCha8Rng::seed_from_u64(mask.seed);
        rng.set_stream(number as u64);
        for value in values {
            // A product, so that NaN stays NaN.
            *value *= if rng.next_u32() < threshold {
                0.0
            } else {
                scale
            };
        }
    });
    B::from_vec(values, &shape, &device)
}
