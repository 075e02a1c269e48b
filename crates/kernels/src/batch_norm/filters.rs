//! Filters times one factor each: a batch norm folded into the convolution before it.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::values_of_channels;
use crate::host::{AxisOrder, HostTensor};
use crate::simd::{arch, load_some};
use crate::uninit::UninitBuffer;

/// Values that a thread works on at once, about.
const SHARE: usize = 1 << 15;

/// `weight[filter] * scale[filter]`.
///
/// `None` where the tensors are not 32-bit floats or do not fit together.
///
/// # Shapes
/// - `weight`: `[filters, ...]`
/// - `scale`: `[filters]`
pub fn scale<B: HostTensor>(
    weight: &FloatTensor<B>,
    scale: &FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let shape = weight.shape().to_vec();
    let order = AxisOrder::row_major(&shape);
    let values = order.values::<B>(weight)?;
    if values.is_empty() {
        return None;
    }
    let scale = values_of_channels::<B>(scale, shape[0])?;
    let taps = values.len() / shape[0];
    let block = SHARE.div_ceil(taps);
    let mut out = UninitBuffer::new(values.len());
    let mut rest = out.as_uninit();
    let blocks: Vec<_> = (values.chunks(block * taps).zip(scale.chunks(block)))
        .map(|(filters, scale)| (filters, scale, rest.split_to(filters.len())))
        .collect();
    let arch = arch();
    blocks.into_par_iter().for_each(|(filters, scale, slice)| {
        let out = slice.zeroed();
        out.copy_from_slice(filters);
        arch.dispatch(Scale { out, scale });
    });
    Some(order.tensor::<B>(out.into_vec(), &weight.device()))
}

/// The gradients with respect to weight and scale, those that `needs_grad` asks for, from the one with
/// respect to the scaled weight.
pub fn backward<B: HostTensor>(
    [weight, scale]: [&FloatTensor<B>; 2],
    gradient: FloatTensor<B>,
    needs_grad: [bool; 2],
) -> Option<[Option<FloatTensor<B>>; 2]> {
    let shape = weight.shape().to_vec();
    let device = weight.device();
    let order = AxisOrder::row_major(&shape);
    let mut gradient = order.take_values::<B>(gradient)?;
    let taps = gradient.len() / shape[0];
    let block = SHARE.div_ceil(taps);
    let arch = arch();
    let scale_gradient = match needs_grad[1] {
        true => {
            let values = order.values::<B>(weight)?;
            let mut sums = vec![0.0; shape[0]];
            (sums.par_chunks_mut(block))
                .zip(gradient.par_chunks(block * taps))
                .zip(values.par_chunks(block * taps))
                .for_each(|((sums, gradient), weight)| {
                    arch.dispatch(Products {
                        gradient,
                        weight,
                        sums,
                    });
                });
            Some(B::from_vec(sums, &[shape[0]], &device))
        }
        false => None,
    };
    let weight_gradient = match needs_grad[0] {
        true => {
            let scale = values_of_channels::<B>(scale, shape[0])?;
            let blocks = gradient.par_chunks_mut(block * taps);
            (blocks.zip(scale.par_chunks(block))).for_each(|(out, scale)| {
                arch.dispatch(Scale { out, scale });
            });
            Some(order.tensor::<B>(gradient, &device))
        }
        false => None,
    };
    Some([weight_gradient, scale_gradient])
}

/// In place.
struct Scale<'a> {
    out: &'a mut [f32],
    scale: &'a [f32],
}

impl WithSimd for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let taps = self.out.len() / self.scale.len();
        for (filter, scale) in self.out.chunks_exact_mut(taps).zip(self.scale) {
            for value in filter {
                *value *= scale;
            }
        }
    }
}

/// The sum of `gradient * weight` over each filter.
struct Products<'a> {
    gradient: &'a [f32],
    weight: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let taps = self.gradient.len() / self.sums.len();
        let filters = (self.gradient.chunks_exact(taps)).zip(self.weight.chunks_exact(taps));
        for ((gradient, weight), sum) in filters.zip(self.sums) {
            let mut total = simd.splat_f32s(0.0);
            let vectors = gradient.chunks(S::F32_LANES);
            for (gradient, weight) in vectors.zip(weight.chunks(S::F32_LANES)) {
                let (gradient, weight) = (load_some::<S>(gradient), load_some::<S>(weight));
                total = simd.mul_add_e_f32s(gradient, weight, total);
            }
            *sum = simd.reduce_sum_f32s(total);
        }
    }
}
