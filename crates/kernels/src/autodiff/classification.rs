//! Dropout and loss.

use burn::backend::TensorMetadata;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;

use crate::host::HostTensor;
use crate::{dropout, loss};

#[derive(Debug)]
pub struct DropoutBackward;

impl<B: HostTensor> Backward<B, 1> for DropoutBackward {
    type State = dropout::Mask;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            gradients.register::<B>(parent.id, dropout::apply::<B>(gradient, ops.state));
        }
    }
}

#[derive(Debug)]
pub struct LossBackward;

impl<B: HostTensor> Backward<B, 1> for LossBackward {
    /// The gradient of the loss with respect to the logits.
    type State = FloatTensor<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let upstream = gradients.consume::<B>(&ops.node);
        let dtype = upstream.dtype();
        let Some(gradient) = loss::backward::<B>(ops.state, upstream) else {
            unreachable!("a gradient of {dtype:?} values; the forward pass had 32-bit floats");
        };
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            gradients.register::<B>(parent.id, gradient);
        }
    }
}
