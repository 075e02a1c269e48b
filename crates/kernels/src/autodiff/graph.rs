//! Operations as nodes of Burn's graph.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, TensorMetadata};

use crate::bias::Bias;

/// The bias without its place in the graph.
pub fn inner<B: Backend, C: CheckpointStrategy>(bias: &Bias<Autodiff<B, C>>) -> Bias<B> {
    match bias {
        Bias::Given(bias) => Bias::Given(bias.primitive().clone()),
        Bias::Absent => Bias::Absent,
    }
}

/// Makes `output` a node of the graph if one of its parents is part of it; its backward pass gets
/// `saved`.
pub fn tracked<B, C, O, const N: usize>(
    operation: O,
    parents: [&FloatTensor<Autodiff<B, C>>; N],
    saved: O::State,
    output: FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>>
where
    B: Backend,
    C: CheckpointStrategy,
    O: Backward<B, N>,
{
    let nodes = parents.map(|parent| parent.node());
    tracked_nodes::<B, C, _, N>(operation, nodes, saved, output)
}

/// [`tracked`] for parents whose tensors the operation has taken.
pub fn tracked_nodes<B, C, O, const N: usize>(
    operation: O,
    nodes: [NodeGuard; N],
    saved: O::State,
    output: FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>>
where
    B: Backend,
    C: CheckpointStrategy,
    O: Backward<B, N>,
{
    match operation.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish(saved, output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    }
}

/// The backward pass of an operation: `backward` computes the gradients with respect to the parents,
/// those that are asked for, from the one with respect to the output.
pub fn propagate<B: Backend, S, const N: usize>(
    ops: Ops<S, N>,
    gradients: &mut Gradients,
    backward: impl FnOnce(&S, FloatTensor<B>, [bool; N]) -> Option<[Option<FloatTensor<B>>; N]>,
) {
    let gradient = gradients.consume::<B>(&ops.node);
    let dtype = gradient.dtype();
    let needs_grad = ops.parents.each_ref().map(Option::is_some);
    let Some(results) = backward(&ops.state, gradient, needs_grad) else {
        unreachable!("a gradient of {dtype:?} values; the forward pass had 32-bit floats");
    };
    for (parent, result) in ops.parents.into_iter().zip(results) {
        if let (Some(parent), Some(result)) = (parent, result) {
            gradients.register::<B>(parent.id, result);
        }
    }
}
