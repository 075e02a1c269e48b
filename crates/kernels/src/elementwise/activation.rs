//! An activation, where no other kernel takes it along.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::{PIECE, SHARE, pieces};
use crate::activation::{activate as on_vector, activation_gradient};
use crate::host::{AxisOrder, HostTensor};
use crate::simd::{arch, load, load_some, store, store_some};
use crate::spec::Activation;
use crate::uninit::UninitBuffer;

/// What the forward pass saves for the backward pass.
#[derive(Debug, Clone)]
pub struct SavedForBackward<B: HostTensor> {
    /// After the activation.
    pub output: FloatTensor<B>,
    pub activation: Activation,
}

/// `activation(x)`, in the order of `x` in memory.
///
/// `None` where the values are no 32-bit floats in this process's memory.
pub fn activate<B: HostTensor>(
    x: &FloatTensor<B>,
    activation: Activation,
) -> Option<FloatTensor<B>> {
    let order = AxisOrder::of::<B>(x)?;
    let values = order.values::<B>(x)?;
    let mut out = UninitBuffer::new(values.len());
    let mut rest = out.as_uninit();
    let blocks = values.chunks(SHARE);
    let blocks: Vec<_> = blocks.map(|x| (x, rest.split_to(x.len()))).collect();
    let arch = arch();
    blocks.into_par_iter().for_each(|(x, slice)| {
        for (x, out) in x.chunks(PIECE).zip(pieces(slice, x.len())) {
            arch.dispatch(Activate { x, out, activation });
        }
    });
    Some(order.tensor::<B>(out.into_vec(), &x.device()))
}

struct Activate<'a> {
    x: &'a [f32],
    out: &'a mut [f32],
    activation: Activation,
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let activation = Some(self.activation);
        let whole = self.x.len() / S::F32_LANES * S::F32_LANES;
        for at in (0..whole).step_by(S::F32_LANES) {
            let value = on_vector(simd, activation, load::<S>(self.x, at));
            store::<S>(self.out, at, value);
        }
        let value = on_vector(simd, activation, load_some::<S>(&self.x[whole..]));
        store_some::<S>(&mut self.out[whole..], value);
    }
}

/// The gradient with respect to the input from the one with respect to the output, in the order of
/// the output in memory.
pub fn backward<B: HostTensor>(
    saved: &SavedForBackward<B>,
    gradient: FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let order = AxisOrder::of::<B>(&saved.output)?;
    let output = order.values::<B>(&saved.output)?;
    let mut gradient = order.take_values::<B>(gradient)?;
    let (activation, arch) = (saved.activation, arch());
    (gradient.par_chunks_mut(SHARE).zip(output.par_chunks(SHARE))).for_each(
        |(gradient, output)| {
            arch.dispatch(ActivationBackward {
                gradient,
                output,
                activation,
            });
        },
    );
    Some(order.tensor::<B>(gradient, &saved.output.device()))
}

/// In place.
struct ActivationBackward<'a> {
    gradient: &'a mut [f32],
    output: &'a [f32],
    activation: Activation,
}

impl WithSimd for ActivationBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let activation = Some(self.activation);
        let (output, gradient) = (self.output, self.gradient);
        let whole = gradient.len() / S::F32_LANES * S::F32_LANES;
        for at in (0..whole).step_by(S::F32_LANES) {
            let (of_output, value) = (load::<S>(output, at), load::<S>(gradient, at));
            let value = activation_gradient(simd, activation, of_output, value);
            store::<S>(gradient, at, value);
        }
        let (output, rest) = (&output[whole..], &mut gradient[whole..]);
        let (output, value) = (load_some::<S>(output), load_some::<S>(rest));
        store_some::<S>(rest, activation_gradient(simd, activation, output, value));
    }
}
