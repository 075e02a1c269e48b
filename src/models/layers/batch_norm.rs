//! Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167), fused with the activation that
//! follows it.

use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::channels_last::{to_maps, to_pixels};
use super::epilogue::{Epilogue, NextLayers};
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tensors::{TensorLayout, TensorName};
use super::tokens::Tokens;
use kernels::{Activation, FixedNorm};

const NAME: &str = "batch-norm";

impl LayerKind for BatchNorm {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let [channels] = self.gamma.dims();
        input.expect_width(channels).map(|()| input)
    }

    fn forward(&self, input: Features, next: &mut NextLayers) -> Features {
        let activation = next.activation();
        match input {
            Features::Maps(maps) => {
                let shape = maps.dims();
                let pixels = normalize(self, activation, to_pixels(maps));
                Features::Maps(to_maps(pixels, shape))
            }
            Features::Vector(vector) => Features::Vector(normalize(self, activation, vector)),
        }
    }

    fn epilogue(&self) -> Option<Epilogue<'_>> {
        Some(Epilogue::BatchNorm(self))
    }

    fn parameters(&self) -> usize {
        2 * self.gamma.shape().num_elements()
    }

    fn tensors(&self) -> &'static [TensorName] {
        const TENSORS: [TensorName; 4] = [
            TensorName::new("weight", "gamma", TensorLayout::Vector),
            TensorName::new("bias", "beta", TensorLayout::Vector),
            TensorName::new("running_mean", "moving_mean", TensorLayout::Vector),
            TensorName::new("running_var", "moving_variance", TensorLayout::Vector),
        ];
        &TENSORS
    }
}

/// Whether `norm` normalises `x` with the statistics of the batch, as in training.
pub fn uses_batch_statistics<const D: usize>(norm: &BatchNorm, x: &Tensor<D>) -> bool {
    x.device().is_autodiff() && norm.training.is_enabled()
}

/// What `norm` does with its running statistics.
pub fn with_running_statistics(norm: &BatchNorm, device: &Device) -> FixedNorm {
    FixedNorm {
        gamma: norm.gamma.val(),
        beta: norm.beta.val(),
        mean: norm.running_mean.value().to_device(device),
        variance: norm.running_var.value().to_device(device),
        epsilon: norm.epsilon as f32,
    }
}

/// Batch norm of `x`, `[rows, channels]`, and an activation.
fn normalize(norm: &BatchNorm, activation: Option<Activation>, x: Tensor<2>) -> Tensor<2> {
    if !uses_batch_statistics(norm, &x) {
        let fixed = with_running_statistics(norm, &x.device());
        return kernels::batch_norm_inference(x, fixed, activation);
    }
    let (gamma, beta) = (norm.gamma.val(), norm.beta.val());
    let result = kernels::batch_norm(x, gamma, beta, norm.epsilon as f32, activation);
    let moving_average = |running: Tensor<1>, batch: Tensor<1>| {
        let running = running.to_device(&batch.device());
        (running * (1.0 - norm.momentum) + batch * norm.momentum).detach()
    };
    let mean = moving_average(norm.running_mean.value_sync(), result.mean);
    norm.running_mean.update(mean);
    let variance = moving_average(norm.running_var.value_sync(), result.variance);
    norm.running_var.update(variance);
    result.output
}

impl ParseLayer for BatchNorm {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "batch-norm";

    fn parse(_name: &str, _words: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        Ok(LayerSpec::new(|input, build| {
            Ok(BatchNormConfig::new(input.width()).init(build.layers.device()))
        }))
    }
}
