//! The sum of two tensors.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::{PIECE, SHARE, pieces};
use crate::activation::activate;
use crate::host::{AxisOrder, HostTensor, strided_values};
use crate::simd::{arch, load, load_some, store, store_some};
use crate::spec::Activation;
use crate::uninit::UninitBuffer;

/// Whether [`add`] can add these: 32-bit floats of one shape in this process's memory.
pub fn adds<B: HostTensor>(a: &FloatTensor<B>, b: &FloatTensor<B>) -> bool {
    let there = |tensor| strided_values::<B>(tensor).is_some();
    a.shape() == b.shape() && there(a) && there(b)
}

/// `activation(a + b)`, in the memory of a term that nobody else holds: feature maps channels-last,
/// others in the order of `a`.
///
/// # Panics
/// Where [`adds`] says no.
pub fn add<B: HostTensor>(
    [a, b]: [FloatTensor<B>; 2],
    activation: Option<Activation>,
) -> FloatTensor<B> {
    let shape = a.shape().to_vec();
    let order = match <[usize; 4]>::try_from(shape) {
        Ok(maps) => Some(AxisOrder::channels_last(maps)),
        Err(_) => AxisOrder::of::<B>(&a),
    };
    let sum = order.and_then(|order| add_in_order::<B>([a, b], activation, &order));
    sum.expect("the caller asks `adds` first")
}

/// `a + b` in the order of `a`, by Burn's own operation where [`adds`] says no.
pub fn accumulate<B: HostTensor>(a: FloatTensor<B>, b: FloatTensor<B>) -> FloatTensor<B> {
    if !adds::<B>(&a, &b) {
        return B::float_add(a, b);
    }
    let sum = AxisOrder::of::<B>(&a).and_then(|order| add_in_order::<B>([a, b], None, &order));
    sum.expect("both are 32-bit floats in this process's memory")
}

fn add_in_order<B: HostTensor>(
    [a, b]: [FloatTensor<B>; 2],
    activation: Option<Activation>,
    order: &AxisOrder,
) -> Option<FloatTensor<B>> {
    let device = a.device();
    let [a, b] = match order.owns::<B>(&a) {
        false => [b, a],
        true => [a, b],
    };
    let arch = arch();
    if order.owns::<B>(&a) {
        let b = order.values::<B>(&b)?;
        let mut sum = order.take_values::<B>(a)?;
        (sum.par_chunks_mut(SHARE).zip(b.par_chunks(SHARE))).for_each(|(sum, b)| {
            arch.dispatch(AddTo { sum, b, activation });
        });
        return Some(order.tensor::<B>(sum, &device));
    }
    let (a, b) = (order.values::<B>(&a)?, order.values::<B>(&b)?);
    let mut out = UninitBuffer::new(a.len());
    let mut rest = out.as_uninit();
    let blocks: Vec<_> = (a.chunks(SHARE).zip(b.chunks(SHARE)))
        .map(|(a, b)| (a, b, rest.split_to(a.len())))
        .collect();
    blocks.into_par_iter().for_each(|(a, b, slice)| {
        let terms = a.chunks(PIECE).zip(b.chunks(PIECE));
        for ((a, b), sum) in terms.zip(pieces(slice, a.len())) {
            sum.copy_from_slice(a);
            arch.dispatch(AddTo { sum, b, activation });
        }
    });
    Some(order.tensor::<B>(out.into_vec(), &device))
}

struct AddTo<'a> {
    sum: &'a mut [f32],
    b: &'a [f32],
    activation: Option<Activation>,
}

impl WithSimd for AddTo<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { sum, b, activation } = self;
        let whole = sum.len() / S::F32_LANES * S::F32_LANES;
        for at in (0..whole).step_by(S::F32_LANES) {
            let value = simd.add_f32s(load::<S>(sum, at), load::<S>(b, at));
            store::<S>(sum, at, activate(simd, activation, value));
        }
        let (rest, b) = (&mut sum[whole..], &b[whole..]);
        let value = simd.add_f32s(load_some::<S>(rest), load_some::<S>(b));
        store_some::<S>(rest, activate(simd, activation, value));
    }
}
