//! Convolution blocks, dense layers and batch norm.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;

use super::graph::propagate;
use crate::host::HostTensor;
use crate::{batch_norm, conv, dense};

/// Weight and input, and the bias where there is one.
#[derive(Debug)]
pub struct ConvBlockBackward;

impl<B: HostTensor, const N: usize> Backward<B, N> for ConvBlockBackward {
    type State = conv::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, N>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, N>(ops, gradients, |saved, gradient, needs_grad| {
            some_of(conv::backward::<B>(saved, &gradient, all_of(needs_grad))?)
        });
    }
}

#[derive(Debug)]
pub struct DenseBackward;

impl<B: HostTensor, const N: usize> Backward<B, N> for DenseBackward {
    type State = dense::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, N>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, N>(ops, gradients, |saved, gradient, needs_grad| {
            some_of(dense::backward::<B>(saved, gradient, all_of(needs_grad))?)
        });
    }
}

/// Of two parents or three: the third, the bias, needs no gradient where it is absent.
fn all_of<const N: usize>(needs_grad: [bool; N]) -> [bool; 3] {
    [0, 1, 2].map(|n| needs_grad.get(n).is_some_and(|needed| *needed))
}

/// The gradients of the parents that there are.
fn some_of<T, const N: usize>(gradients: [Option<T>; 3]) -> Option<[Option<T>; N]> {
    let mut gradients = gradients.into_iter();
    Some(std::array::from_fn(|_| gradients.next().flatten()))
}

/// With the statistics of the batch.
#[derive(Debug)]
pub struct BatchNormBackward;

impl<B: HostTensor> Backward<B, 3> for BatchNormBackward {
    type State = batch_norm::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 3>(ops, gradients, |saved, gradient, _| {
            Some(batch_norm::backward::<B>(saved, gradient)?.map(Some))
        });
    }
}

/// With statistics that are constants.
#[derive(Debug)]
pub struct FixedNormBackward;

impl<B: HostTensor> Backward<B, 3> for FixedNormBackward {
    type State = batch_norm::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 3>(ops, gradients, batch_norm::inference::backward::<B>);
    }
}

/// Weight and scale.
#[derive(Debug)]
pub struct ScaleFiltersBackward;

impl<B: HostTensor> Backward<B, 2> for ScaleFiltersBackward {
    type State = [FloatTensor<B>; 2];

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 2>(ops, gradients, |saved, gradient, needs_grad| {
            batch_norm::filters::backward::<B>(saved.each_ref(), gradient, needs_grad)
        });
    }
}
