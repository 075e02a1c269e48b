//! Two tensors of the same values, whose gradients the kernels add.
//!
//! Where two operations read one tensor, Burn adds their gradients itself, value by value
//! (`Gradients::register`). Here each reads a branch of its own. In the backward pass the branches
//! leave their gradients at a place that they share, and the trunk, their parent, passes the sum on.
//! Burn runs the steps of its graph by depth: both branches are one deeper than the trunk, so that they
//! are done before it. A branch that nobody reads is not run and leaves nothing, which counts as zero.

use std::sync::{Arc, Mutex, PoisonError};

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;

use super::graph::tracked;
use crate::elementwise::accumulate;
use crate::host::HostTensor;

/// The sum of the gradients of the branches that were run so far.
#[derive(Debug)]
struct Meeting<B: HostTensor>(Arc<Mutex<Option<FloatTensor<B>>>>);

impl<B: HostTensor> Clone for Meeting<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: HostTensor> Meeting<B> {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    fn add(&self, gradient: FloatTensor<B>) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *sum = Some(match sum.take() {
            Some(other) => accumulate::<B>(gradient, other),
            None => gradient,
        });
    }

    fn take(&self) -> Option<FloatTensor<B>> {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sum.take()
    }
}

/// See [`fork()`](crate::fork()); `x` is part of the graph.
pub fn fork<B: HostTensor, C: CheckpointStrategy>(
    x: &FloatTensor<Autodiff<B, C>>,
) -> [FloatTensor<Autodiff<B, C>>; 2] {
    let meeting = Meeting::<B>::new();
    let values = || x.primitive().clone();
    let trunk = tracked::<B, C, _, 1>(TrunkBackward, [x], meeting.clone(), values());
    [0, 1].map(|_| tracked::<B, C, _, 1>(BranchBackward, [&trunk], meeting.clone(), values()))
}

#[derive(Debug)]
struct BranchBackward;

impl<B: HostTensor> Backward<B, 1> for BranchBackward {
    type State = Meeting<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        ops.state.add(gradients.consume::<B>(&ops.node));
    }
}

#[derive(Debug)]
struct TrunkBackward;

impl<B: HostTensor> Backward<B, 1> for TrunkBackward {
    type State = Meeting<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [parent] = ops.parents;
        if let (Some(parent), Some(gradient)) = (parent, ops.state.take()) {
            gradients.register::<B>(parent.id, gradient);
        }
    }
}
