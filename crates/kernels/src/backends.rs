//! Which backend runs what: kernels on the CPU backends, Burn's own operations on the others.

// Burn means to drop `ndarray` one day; until then it is a build-time choice.
#![cfg_attr(feature = "ndarray", allow(deprecated))]

use burn::backend::TensorMetadata;
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;

use crate::batch_norm::inference::Fixed;
use crate::bias::Bias;
use crate::extension::Kernels;
use crate::host::{HostTensor, all_f32};
use crate::spec::{
    Activation, AdamStep, ConvBlock, LossFunction, Pool, RmsPropStep, SgdStep, Subsample,
};
use crate::targets::Targets;
use crate::{batch_norm, composed, conv, dense, dropout, elementwise, loss, maps, norm, optimizer};

/// Implements the operations by the kernels, and by Burn's own operations where those do not apply.
macro_rules! implement_on_host {
    ($backend:ty) => {
        impl Kernels for $backend {
            fn conv_block(
                x: FloatTensor<Self>,
                weight: FloatTensor<Self>,
                bias: Bias<Self>,
                block: ConvBlock,
            ) -> FloatTensor<Self> {
                match conv::forward::<Self>(&x, &weight, &bias, &block, false) {
                    Some((output, _)) => output,
                    None => composed::conv_block::<Self>(x, weight, bias, &block),
                }
            }

            fn dense(
                x: FloatTensor<Self>,
                weight: FloatTensor<Self>,
                bias: Bias<Self>,
                activation: Option<Activation>,
            ) -> FloatTensor<Self> {
                match dense::forward::<Self>(&x, &weight, &bias, activation) {
                    Some(output) => output,
                    None => composed::dense::<Self>(x, weight, bias, activation),
                }
            }

            fn batch_norm(
                x: FloatTensor<Self>,
                gamma: FloatTensor<Self>,
                beta: FloatTensor<Self>,
                epsilon: f32,
                activation: Option<Activation>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                match batch_norm::forward::<Self>(&x, [&gamma, &beta], epsilon, activation) {
                    Some(results) => (results.output, results.mean, results.variance),
                    None => {
                        composed::batch_norm::<Self>(x, [gamma, beta], epsilon, activation).into()
                    }
                }
            }

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
                    gamma: &gamma,
                    beta: &beta,
                    mean: &mean,
                    variance: &variance,
                    epsilon,
                };
                match batch_norm::inference::forward::<Self>(&x, fixed, activation) {
                    Some((output, _)) => output,
                    None => composed::batch_norm_inference::<Self>(
                        x,
                        [gamma, beta],
                        [mean, variance],
                        epsilon,
                        activation,
                    ),
                }
            }

            fn scale_filters(
                weight: FloatTensor<Self>,
                scale: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                match batch_norm::filters::scale::<Self>(&weight, &scale) {
                    Some(output) => output,
                    None => composed::scale_filters::<Self>(weight, scale),
                }
            }

            fn activate(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
                match elementwise::activate::<Self>(&x, activation) {
                    Some(output) => output,
                    None => composed::activate::<Self>(x, activation),
                }
            }

            fn add(
                a: FloatTensor<Self>,
                b: FloatTensor<Self>,
                activation: Option<Activation>,
            ) -> FloatTensor<Self> {
                match elementwise::adds::<Self>(&a, &b) {
                    true => elementwise::add::<Self>([a, b], activation),
                    false => composed::add::<Self>([a, b], activation),
                }
            }

            fn pool(maps: FloatTensor<Self>, pool: Pool) -> FloatTensor<Self> {
                match maps::pool::<Self>(&maps, &pool, false) {
                    Some((output, _)) => output,
                    None => composed::pool::<Self>(maps, &pool),
                }
            }

            fn global_average_pool(maps: FloatTensor<Self>) -> FloatTensor<Self> {
                match maps::global_average_pool::<Self>(&maps) {
                    Some(output) => output,
                    None => composed::global_average_pool::<Self>(maps),
                }
            }

            fn subsample(maps: FloatTensor<Self>, subsample: Subsample) -> FloatTensor<Self> {
                match maps::subsample::<Self>(&maps, subsample) {
                    Some(output) => output,
                    None => composed::subsample::<Self>(maps, subsample),
                }
            }

            fn flatten(maps: FloatTensor<Self>) -> FloatTensor<Self> {
                match maps::flattens::<Self>(&maps) {
                    true => maps::flatten::<Self>(maps),
                    false => composed::flatten::<Self>(maps),
                }
            }

            fn adam_step(
                parameter: FloatTensor<Self>,
                gradient: FloatTensor<Self>,
                first: FloatTensor<Self>,
                second: FloatTensor<Self>,
                step: AdamStep,
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                let moments = [first, second];
                if all_f32::<Self, _>([&parameter, &gradient, &moments[0], &moments[1]]) {
                    optimizer::adam_step::<Self>(parameter, gradient, moments, step).into()
                } else {
                    composed::adam_step::<Self>(parameter, gradient, moments, step).into()
                }
            }

            fn sgd_step(
                parameter: FloatTensor<Self>,
                gradient: FloatTensor<Self>,
                velocity: FloatTensor<Self>,
                step: SgdStep,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                if all_f32::<Self, _>([&parameter, &gradient, &velocity]) {
                    optimizer::sgd_step::<Self>(parameter, gradient, velocity, step).into()
                } else {
                    composed::sgd_step::<Self>(parameter, gradient, velocity, step).into()
                }
            }

            fn rms_prop_step(
                parameter: FloatTensor<Self>,
                gradient: FloatTensor<Self>,
                square: FloatTensor<Self>,
                velocity: FloatTensor<Self>,
                step: RmsPropStep,
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                let state = [square, velocity];
                if all_f32::<Self, _>([&parameter, &gradient, &state[0], &state[1]]) {
                    optimizer::rms_prop_step::<Self>(parameter, gradient, state, step).into()
                } else {
                    composed::rms_prop_step::<Self>(parameter, gradient, state, step).into()
                }
            }

            fn from_values(
                place: FloatTensor<Self>,
                values: Vec<f32>,
                shape: Vec<usize>,
            ) -> FloatTensor<Self> {
                Self::from_vec(values, &shape, &place.device())
            }

            fn squared_norm(x: FloatTensor<Self>) -> FloatTensor<Self> {
                match all_f32::<Self, _>([&x]) {
                    true => norm::squared_norm::<Self>(x),
                    false => composed::squared_norm::<Self>(x),
                }
            }

            fn scale(x: FloatTensor<Self>, factor: f32) -> FloatTensor<Self> {
                match all_f32::<Self, _>([&x]) {
                    true => norm::scale::<Self>(x, factor),
                    false => Self::float_mul_scalar(x, factor.into()),
                }
            }

            fn dropout(x: FloatTensor<Self>, probability: f64) -> FloatTensor<Self> {
                match all_f32::<Self, _>([&x]) {
                    true => {
                        let mask = dropout::Mask::draw::<Self>(probability, &x);
                        dropout::apply::<Self>(x, mask)
                    }
                    false => composed::dropout::<Self>(x, probability),
                }
            }

            fn classification_loss(
                logits: FloatTensor<Self>,
                targets: Targets<Self>,
                function: LossFunction,
            ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
                match loss::forward::<Self>(&logits, &targets, &function, false) {
                    Some(results) => (results.loss, results.unweighted, results.correct),
                    None => {
                        composed::classification_loss::<Self>(logits, targets, &function).into()
                    }
                }
            }
        }
    };
}

#[cfg(feature = "flex")]
implement_on_host!(burn::backend::Flex);

#[cfg(feature = "ndarray")]
implement_on_host!(burn::backend::NdArray);

#[cfg(any(feature = "wgpu", feature = "cuda"))]
mod cube {
    use super::HostTensor;
    use crate::extension::Kernels;

    impl Kernels for burn::backend::Cube {}
    impl HostTensor for burn::backend::Cube {}
}
