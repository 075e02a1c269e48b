//! Activations, sums and operations on feature maps as a whole.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;

use super::graph::propagate;
use crate::host::{AxisOrder, HostTensor};
use crate::spec::Subsample;
use crate::{elementwise, maps};

#[derive(Debug)]
pub struct ActivateBackward;

impl<B: HostTensor> Backward<B, 1> for ActivateBackward {
    type State = elementwise::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 1>(ops, gradients, |saved, gradient, _| {
            Some([Some(elementwise::backward::<B>(saved, gradient)?)])
        });
    }
}

/// Both terms get the same gradient.
#[derive(Debug)]
pub struct AddBackward;

impl<B: HostTensor> Backward<B, 2> for AddBackward {
    /// Only where there is an activation.
    type State = Option<elementwise::SavedForBackward<B>>;

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 2>(ops, gradients, |saved, gradient, needs_grad| {
            let gradient = match saved {
                Some(saved) => elementwise::backward::<B>(saved, gradient)?,
                None => gradient,
            };
            Some(match needs_grad {
                [true, true] => [Some(gradient.clone()), Some(gradient)],
                [first, second] => {
                    let mut gradient = Some(gradient);
                    [first, second].map(|needed| gradient.take_if(|_| needed))
                }
            })
        });
    }
}

#[derive(Debug)]
pub struct PoolBackward;

impl<B: HostTensor> Backward<B, 1> for PoolBackward {
    type State = maps::SavedPool;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 1>(ops, gradients, |saved, gradient, _| {
            Some([Some(maps::pool_backward::<B>(saved, &gradient)?)])
        });
    }
}

#[derive(Debug)]
pub struct GlobalAveragePoolBackward;

impl<B: HostTensor> Backward<B, 1> for GlobalAveragePoolBackward {
    /// Of the maps.
    type State = [usize; 4];

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 1>(ops, gradients, |shape, gradient, _| {
            Some([Some(maps::global_average_pool_backward::<B>(
                *shape, &gradient,
            )?)])
        });
    }
}

#[derive(Debug)]
pub struct SubsampleBackward;

impl<B: HostTensor> Backward<B, 1> for SubsampleBackward {
    /// The shape of the maps, and what was taken of them.
    type State = ([usize; 4], Subsample);

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 1>(ops, gradients, |(shape, subsample), gradient, _| {
            let maps = maps::subsample_backward::<B>(*shape, *subsample, &gradient)?;
            Some([Some(maps)])
        });
    }
}

#[derive(Debug)]
pub struct FlattenBackward;

impl<B: HostTensor> Backward<B, 1> for FlattenBackward {
    /// Of the maps in memory.
    type State = AxisOrder;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        propagate::<B, _, 1>(ops, gradients, |order, gradient: FloatTensor<B>, _| {
            Some([Some(maps::flatten_backward::<B>(order, gradient)?)])
        });
    }
}
