//! The hand-written backward passes, registered with Burn's automatic differentiation.

mod classification;
mod fork;
mod graph;
mod layers;
mod whole_maps;

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, TensorMetadata};

use self::classification::{DropoutBackward, LossBackward};
use self::fork::fork;
use self::graph::{inner, tracked, tracked_nodes};
use self::layers::{
    BatchNormBackward, ConvBlockBackward, DenseBackward, FixedNormBackward, ScaleFiltersBackward,
};
use self::whole_maps::{
    ActivateBackward, AddBackward, FlattenBackward, GlobalAveragePoolBackward, PoolBackward,
    SubsampleBackward,
};
use crate::batch_norm::inference::Fixed;
use crate::bias::Bias;
use crate::extension::Kernels;
use crate::host::{AxisOrder, HostTensor, all_f32};
use crate::spec::{Activation, ConvBlock, LossFunction, Pool, Subsample};
use crate::targets::Targets;
use crate::{batch_norm, composed, conv, dense, dropout, elementwise, loss, maps};

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

    /// The statistics are constants.
    fn batch_norm_inference(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        epsilon: f32,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        let fixed = Fixed {
            gamma: gamma.primitive(),
            beta: beta.primitive(),
            mean: mean.primitive(),
            variance: variance.primitive(),
            epsilon,
        };
        match batch_norm::inference::forward::<B>(x.primitive(), fixed, activation) {
            Some((output, saved)) => {
                tracked::<B, C, _, 3>(FixedNormBackward, [&x, &gamma, &beta], saved, output)
            }
            None => {
                let (factors, statistics) = ([gamma, beta], [mean, variance]);
                composed::batch_norm_inference::<Self>(x, factors, statistics, epsilon, activation)
            }
        }
    }

    fn scale_filters(weight: FloatTensor<Self>, scale: FloatTensor<Self>) -> FloatTensor<Self> {
        let saved = [&weight, &scale].map(|tensor| tensor.primitive().clone());
        match batch_norm::filters::scale::<B>(&saved[0], &saved[1]) {
            Some(output) => {
                tracked::<B, C, _, 2>(ScaleFiltersBackward, [&weight, &scale], saved, output)
            }
            None => composed::scale_filters::<Self>(weight, scale),
        }
    }

    fn activate(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        match elementwise::activate::<B>(x.primitive(), activation) {
            Some(output) => {
                let saved = elementwise::SavedForBackward {
                    output: output.clone(),
                    activation,
                };
                tracked::<B, C, _, 1>(ActivateBackward, [&x], saved, output)
            }
            None => composed::activate::<Self>(x, activation),
        }
    }

    fn add(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        if !elementwise::adds::<B>(a.primitive(), b.primitive()) {
            return composed::add::<Self>([a, b], activation);
        }
        // Taken apart, so that the sum can be written over a term that nobody else holds.
        let ((a, a_node), (b, b_node)) = (a.into_parts(), b.into_parts());
        let output = elementwise::add::<B>([a, b], activation);
        let saved = activation.map(|activation| elementwise::SavedForBackward {
            output: output.clone(),
            activation,
        });
        tracked_nodes::<B, C, _, 2>(AddBackward, [a_node, b_node], saved, output)
    }

    fn fork(x: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        match x.is_tracked() {
            true => fork::<B, C>(&x).into(),
            false => (x.clone(), x),
        }
    }

    fn pool(maps: FloatTensor<Self>, pool: Pool) -> FloatTensor<Self> {
        match maps::pool::<B>(maps.primitive(), &pool, true) {
            Some((output, Some(saved))) => {
                tracked::<B, C, _, 1>(PoolBackward, [&maps], saved, output)
            }
            _ => composed::pool::<Self>(maps, &pool),
        }
    }

    fn global_average_pool(maps: FloatTensor<Self>) -> FloatTensor<Self> {
        match maps::global_average_pool::<B>(maps.primitive()) {
            Some(output) => {
                let shape = maps.shape().dims();
                tracked::<B, C, _, 1>(GlobalAveragePoolBackward, [&maps], shape, output)
            }
            None => composed::global_average_pool::<Self>(maps),
        }
    }

    fn subsample(maps: FloatTensor<Self>, subsample: Subsample) -> FloatTensor<Self> {
        match maps::subsample::<B>(maps.primitive(), subsample) {
            Some(output) => {
                let saved = (maps.shape().dims(), subsample);
                tracked::<B, C, _, 1>(SubsampleBackward, [&maps], saved, output)
            }
            None => composed::subsample::<Self>(maps, subsample),
        }
    }

    fn flatten(maps: FloatTensor<Self>) -> FloatTensor<Self> {
        let order = AxisOrder::of::<B>(maps.primitive());
        match order.filter(|_| maps::flattens::<B>(maps.primitive())) {
            Some(order) => {
                let output = maps::flatten::<B>(maps.primitive().clone());
                tracked::<B, C, _, 1>(FlattenBackward, [&maps], order, output)
            }
            None => composed::flatten::<Self>(maps),
        }
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
