//! The hand-written backward passes, registered with Burn's automatic differentiation.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, TensorMetadata};

use crate::bias::Bias;
use crate::extension::Kernels;
use crate::host::{HostTensor, all_f32};
use crate::spec::{Activation, ConvBlock, LossFunction};
use crate::targets::Targets;
use crate::{batch_norm, composed, conv, dense, dropout, loss};

impl<B: Kernels + HostTensor, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn conv_block(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: Bias<Self>,
        block: ConvBlock,
    ) -> FloatTensor<Self> {
        let inner_bias = inner(&bias);
        let results =
            conv::forward::<B>(x.primitive(), weight.primitive(), &inner_bias, &block, true);
        let Some((output, Some(saved))) = results else {
            return composed::conv_block::<Self>(x, weight, bias, &block);
        };
        match &bias {
            Bias::Given(bias) => {
                tracked::<B, C, _, 3>(ConvBlockBackward, [&x, &weight, bias], saved, output)
            }
            Bias::Absent => tracked::<B, C, _, 2>(ConvBlockBackward, [&x, &weight], saved, output),
        }
    }

    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: Bias<Self>,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        let inner_bias = inner(&bias);
        let results =
            dense::forward::<B>(x.primitive(), weight.primitive(), &inner_bias, activation);
        let Some(output) = results else {
            return composed::dense::<Self>(x, weight, bias, activation);
        };
        let saved = dense::SavedForBackward {
            x: x.primitive().clone(),
            weight: weight.primitive().clone(),
            output: activation.map(|_| output.clone()),
            activation,
        };
        match &bias {
            Bias::Given(bias) => {
                tracked::<B, C, _, 3>(DenseBackward, [&x, &weight, bias], saved, output)
            }
            Bias::Absent => tracked::<B, C, _, 2>(DenseBackward, [&x, &weight], saved, output),
        }
    }

    /// Gradients flow from the output only; the statistics are constants.
    fn batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
        activation: Option<Activation>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let factors = [gamma.primitive(), beta.primitive()];
        let Some(results) = batch_norm::forward::<B>(x.primitive(), factors, epsilon, activation)
        else {
            return composed::batch_norm::<Self>(x, [gamma, beta], epsilon, activation).into();
        };
        let parents = [&x, &gamma, &beta];
        let output =
            tracked::<B, C, _, 3>(BatchNormBackward, parents, results.saved, results.output);
        (
            output,
            Self::from_inner(results.mean),
            Self::from_inner(results.variance),
        )
    }

    /// A constant.
    fn from_values(
        place: FloatTensor<Self>,
        values: Vec<f32>,
        shape: Vec<usize>,
    ) -> FloatTensor<Self> {
        Self::from_inner(B::from_values(place.primitive().clone(), values, shape))
    }

    fn dropout(x: FloatTensor<Self>, probability: f64) -> FloatTensor<Self> {
        if !B::HOST || !all_f32::<B, _>([x.primitive()]) {
            return composed::dropout::<Self>(x, probability);
        }
        let mask = dropout::Mask::draw::<B>(probability, x.primitive());
        let output = dropout::apply::<B>(x.primitive().clone(), mask);
        tracked::<B, C, _, 1>(DropoutBackward, [&x], mask, output)
    }

    /// Gradients flow from the loss only.
    fn classification_loss(
        logits: FloatTensor<Self>,
        targets: Targets<Self>,
        function: LossFunction,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let inner_targets = match &targets {
            Targets::Classes(classes) => Targets::Classes(classes.clone()),
            Targets::Mixed {
                classes,
                others,
                shares,
            } => Targets::Mixed {
                classes: classes.clone(),
                others: others.clone(),
                shares: shares.primitive().clone(),
            },
        };
        let results = loss::forward::<B>(logits.primitive(), &inner_targets, &function, true);
        let Some(results) = results else {
            return composed::classification_loss::<Self>(logits, targets, &function).into();
        };
        let Some(gradient) = results.gradient else {
            unreachable!("the gradient was asked for");
        };
        (
            tracked::<B, C, _, 1>(LossBackward, [&logits], gradient, results.loss),
            Self::from_inner(results.unweighted),
            Self::from_inner(results.correct),
        )
    }
}

/// The bias without its place in the graph.
fn inner<B: Backend, C: CheckpointStrategy>(bias: &Bias<Autodiff<B, C>>) -> Bias<B> {
    match bias {
        Bias::Given(bias) => Bias::Given(bias.primitive().clone()),
        Bias::Absent => Bias::Absent,
    }
}

/// Makes `output` a node of the graph if one of its parents is part of it; its backward pass gets
/// `saved`.
fn tracked<B, C, O, const N: usize>(
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
    match operation.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish(saved, output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    }
}

#[derive(Debug)]
struct ConvBlockBackward;

impl<B: HostTensor, const N: usize> Backward<B, N> for ConvBlockBackward {
    type State = conv::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, N>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let needs_grad = [0, 1, 2].map(|n| ops.parents.get(n).is_some_and(Option::is_some));
        let Some(results) = conv::backward::<B>(&ops.state, &gradient, needs_grad) else {
            let dtype = gradient.dtype();
            unreachable!("a gradient of {dtype:?} values; the forward pass had 32-bit floats");
        };
        for (parent, result) in ops.parents.into_iter().zip(results) {
            if let (Some(parent), Some(result)) = (parent, result) {
                gradients.register::<B>(parent.id, result);
            }
        }
    }
}

#[derive(Debug)]
struct DenseBackward;

impl<B: HostTensor, const N: usize> Backward<B, N> for DenseBackward {
    type State = dense::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, N>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let dtype = gradient.dtype();
        let needs_grad = [0, 1, 2].map(|n| ops.parents.get(n).is_some_and(Option::is_some));
        let Some(results) = dense::backward::<B>(&ops.state, gradient, needs_grad) else {
            unreachable!("a gradient of {dtype:?} values; the forward pass had 32-bit floats");
        };
        for (parent, result) in ops.parents.into_iter().zip(results) {
            if let (Some(parent), Some(result)) = (parent, result) {
                gradients.register::<B>(parent.id, result);
            }
        }
    }
}

#[derive(Debug)]
struct BatchNormBackward;

impl<B: HostTensor> Backward<B, 3> for BatchNormBackward {
    type State = batch_norm::SavedForBackward<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let dtype = gradient.dtype();
        let Some(results) = batch_norm::backward::<B>(&ops.state, gradient) else {
            unreachable!("a gradient of {dtype:?} values; the forward pass had 32-bit floats");
        };
        for (parent, result) in ops.parents.into_iter().zip(results) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, result);
            }
        }
    }
}

#[derive(Debug)]
struct DropoutBackward;

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
struct LossBackward;

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
