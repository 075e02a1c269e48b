//! The operations as an extension of Burn's backends.

// Burn means to drop `ndarray` one day; until then it is a build-time choice.
#![cfg_attr(feature = "ndarray", allow(deprecated))]

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata, backend_extension};
use burn::tensor::TensorData;

use crate::bias::Bias;
use crate::composed;
use crate::spec::{
    Activation, AdamStep, ConvBlock, LossFunction, Pool, RmsPropStep, SgdStep, Subsample,
};
use crate::targets::Targets;

/// The operations that this crate adds to a backend. The default bodies are composed of Burn's own.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(any(feature = "wgpu", feature = "cuda")),
    Autodiff
)]
pub trait Kernels: Backend {
    /// See [`conv_block()`](crate::conv_block()).
    fn conv_block(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Bias<Self>,
        block: ConvBlock,
    ) -> FloatTensor<Self> {
        composed::conv_block::<Self>(x, weight, bias, &block)
    }

    /// See [`dense()`](crate::dense()).
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Bias<Self>,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        composed::dense::<Self>(x, weight, bias, activation)
    }

    /// See [`batch_norm()`](crate::batch_norm()).
    fn batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
        activation: Option<Activation>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::batch_norm::<Self>(x, [gamma, beta], epsilon, activation).into()
    }

    /// See [`batch_norm_inference()`](crate::batch_norm_inference()).
    fn batch_norm_inference(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        epsilon: f32,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        let (factors, statistics) = ([gamma, beta], [mean, variance]);
        composed::batch_norm_inference::<Self>(x, factors, statistics, epsilon, activation)
    }

    /// `weight[filter] * scale[filter]`; see [`fold_batch_norm()`](crate::fold_batch_norm()).
    fn scale_filters(weight: FloatTensor<Self>, scale: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::scale_filters::<Self>(weight, scale)
    }

    /// See [`activate()`](crate::activate()).
    fn activate(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        composed::activate::<Self>(x, activation)
    }

    /// See [`add()`](crate::add()).
    fn add(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        activation: Option<Activation>,
    ) -> FloatTensor<Self> {
        composed::add::<Self>([a, b], activation)
    }

    /// See [`fork()`](crate::fork()).
    fn fork(x: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        (x.clone(), x)
    }

    /// See [`pool()`](crate::pool()).
    fn pool(maps: FloatTensor<Self>, pool: Pool) -> FloatTensor<Self> {
        composed::pool::<Self>(maps, &pool)
    }

    /// See [`global_average_pool()`](crate::global_average_pool()).
    fn global_average_pool(maps: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::global_average_pool::<Self>(maps)
    }

    /// See [`subsample()`](crate::subsample()).
    fn subsample(maps: FloatTensor<Self>, subsample: Subsample) -> FloatTensor<Self> {
        composed::subsample::<Self>(maps, subsample)
    }

    /// See [`flatten()`](crate::flatten()).
    fn flatten(maps: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::flatten::<Self>(maps)
    }

    /// See [`adam_step()`](crate::adam_step()).
    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::adam_step::<Self>(parameter, gradient, [first, second], step).into()
    }

    /// See [`sgd_step()`](crate::sgd_step()).
    fn sgd_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
        step: SgdStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed::sgd_step::<Self>(parameter, gradient, velocity, step).into()
    }

    /// See [`rms_prop_step()`](crate::rms_prop_step()).
    fn rms_prop_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        square: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
        step: RmsPropStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::rms_prop_step::<Self>(parameter, gradient, [square, velocity], step).into()
    }

    /// See [`squared_norm()`](crate::squared_norm()).
    fn squared_norm(x: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::squared_norm::<Self>(x)
    }

    /// See [`scale()`](crate::scale()).
    fn scale(x: FloatTensor<Self>, factor: f32) -> FloatTensor<Self> {
        Self::float_mul_scalar(x, factor.into())
    }

    /// See [`dropout()`](crate::dropout()).
    fn dropout(x: FloatTensor<Self>, probability: f64) -> FloatTensor<Self> {
        composed::dropout::<Self>(x, probability)
    }

    /// See [`classification_loss()`](crate::classification_loss()).
    fn classification_loss(
        logits: FloatTensor<Self>,
        #[extension_type] targets: Targets<Self>,
        function: LossFunction,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::classification_loss::<Self>(logits, targets, &function).into()
    }

    /// See [`from_values()`](crate::from_values()); `place` is a tensor on the device.
    fn from_values(
        place: FloatTensor<Self>,
        values: Vec<f32>,
        shape: Vec<usize>,
    ) -> FloatTensor<Self> {
        Self::float_from_data(TensorData::new(values, shape), &place.device())
    }
}
