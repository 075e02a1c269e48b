//! The extension of Burn's backends, and which backend runs what.

// Burn means to drop `ndarray` one day; until then it is a build-time choice.
#![cfg_attr(feature = "ndarray", allow(deprecated))]

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, ExtensionType, backend_extension};

use super::spec::{Activation, AdamStep, ConvBlock, SgdStep};
use super::{batch_norm, composed, conv, dense, host, optimizer};

/// The bias of a layer, or that it has none.
#[derive(Debug, Clone, ExtensionType)]
pub enum Bias<B: Backend> {
    /// `[channels]`
    Given(FloatTensor<B>),
    Absent,
}

impl<B: Backend> Bias<B> {
    pub fn into_option(self) -> Option<FloatTensor<B>> {
        match self {
            Bias::Given(bias) => Some(bias),
            Bias::Absent => None,
        }
    }

    pub fn as_ref(&self) -> Option<&FloatTensor<B>> {
        match self {
            Bias::Given(bias) => Some(bias),
            Bias::Absent => None,
        }
    }
}

/// What this program adds to a backend. The default bodies are composed of Burn's operations.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(any(feature = "wgpu", feature = "cuda")),
    Autodiff
)]
pub trait Kernels: Backend {
    /// See [`super::conv_block`].
    fn conv_block(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Bias<Self>,
        block: ConvBlock,
    ) -> FloatTensor<Self> {
        composed::conv_block::<Self>(x, weight, bias, &block)
    }

    /// See [`super::dense`].
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Bias<Self>,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        composed::dense::<Self>(x, weight, bias, activation)
    }

    /// See [`super::batch_norm`].
    fn batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
        activation: Option<Activation>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::batch_norm::<Self>(x, [gamma, beta], epsilon, activation).into()
    }

    /// See [`super::adam_step`].
    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::adam_step::<Self>(parameter, gradient, [first, second], step).into()
    }

    /// See [`super::sgd_step`].
    fn sgd_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
        step: SgdStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed::sgd_step::<Self>(parameter, gradient, velocity, step).into()
    }
}

/// The kernels on a backend whose tensors lie in memory.
macro_rules! on_the_host {
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
                    Some(done) => (done.output, done.mean, done.variance),
                    None => {
                        composed::batch_norm::<Self>(x, [gamma, beta], epsilon, activation).into()
                    }
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
                if host::all_float::<Self, _>([&parameter, &gradient, &moments[0], &moments[1]]) {
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
                if host::all_float::<Self, _>([&parameter, &gradient, &velocity]) {
                    optimizer::sgd_step::<Self>(parameter, gradient, velocity, step).into()
                } else {
                    composed::sgd_step::<Self>(parameter, gradient, velocity, step).into()
                }
            }
        }
    };
}

#[cfg(feature = "flex")]
on_the_host!(burn::backend::Flex);

#[cfg(feature = "ndarray")]
on_the_host!(burn::backend::NdArray);

#[cfg(any(feature = "wgpu", feature = "cuda"))]
mod of_cube {
    use super::Kernels;
    use crate::host::HostTensor;

    impl Kernels for burn::backend::Cube {}
    impl HostTensor for burn::backend::Cube {}
}
