//! The length of a gradient, and a gradient made shorter, on the CPU.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use crate::host::HostTensor;

/// Values that a thread works on at once; the sum of a share does not depend on their number.
const SHARE: usize = 1 << 15;

/// See [`squared_norm()`](crate::squared_norm()).
pub fn squared_norm<B: HostTensor>(x: FloatTensor<B>) -> FloatTensor<B> {
    let device = x.device();
    let values = B::into_vec(x);
    let shares: Vec<f64> = (values.par_chunks(SHARE))
        .map(|values| values.iter().map(|value| f64::from(*value).powi(2)).sum())
        .collect();
    let sum: f64 = shares.into_iter().sum();
    B::from_vec(vec![sum as f32], &[1], &device)
}

/// See [`scale()`](crate::scale()).
pub fn scale<B: HostTensor>(x: FloatTensor<B>, factor: f32) -> FloatTensor<B> {
    let shape = x.shape().to_vec();
    let device = x.device();
    let mut values = B::into_vec(x);
    (values.par_chunks_mut(SHARE)).for_each(|values| {
        values.iter_mut().for_each(|value| *value *= factor);
    });
    B::from_vec(values, &shape, &device)
}
