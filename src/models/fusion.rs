//! The forward pass of a list of layers, neighbours fused where one kernel does the work of
//! several: convolution + batch norm + activation + pooling, dense + activation.

use burn::nn::conv::Conv2d;
use burn::nn::pool::AdaptiveAvgPool2d;
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::{Tensor, activation as activations};

use super::block::{Residual, Subsample};
use super::layer::{Features, Layer};
use kernels::{Activation, ConvBlock, Pool, PoolKind};

/// Applies `layers` in order.
///
/// `input` must have the shape that the first layer accepts, see
/// [`Layer::output_shape`].
pub fn forward(layers: &[(&str, Layer)], input: Features) -> Features {
    let mut features = input;
    let mut rest = layers;
    while let [(_, layer), later @ ..] = rest {
        (features, rest) = match (layer, features) {
            (Layer::Conv(conv), Features::Maps(x)) => {
                let (norm, later) = settled_norm(later, &x);
                let (activation, later) = activation(later);
                let (pool, later) = pooling(later);
                let flattened = matches!(later, [(_, Layer::Flatten), ..]);
                let weights = weights(conv, norm, &x);
                let x = conv_block(conv, weights, activation, pool, flattened, x);
                (Features::Maps(x), later)
            }
            (Layer::Dense(dense), Features::Vector(x)) => {
                let (activation, later) = activation(later);
                let bias = dense.bias.as_ref().map(|bias| bias.val());
                let x = kernels::dense(x, dense.weight.val(), bias, activation);
                (Features::Vector(x), later)
            }
            (Layer::BatchNorm(norm), Features::Maps(x)) => {
                let (activation, later) = activation(later);
                (Features::Maps(batch_norm(norm, activation, x)), later)
            }
            (Layer::BatchNorm(norm), Features::Vector(x)) => {
                let (activation, later) = activation(later);
                (
                    Features::Vector(batch_norm_of_vectors(norm, activation, x)),
                    later,
                )
            }
            (layer, features) => (layer.forward(features), later),
        };
    }
    features
}

type Rest<'a, 'b> = &'a [(&'a str, Layer<'b>)];

/// The batch norm at the head of `layers`, if its statistics do not depend on the batch, and what
/// follows it.
fn settled_norm<'a, 'b>(
    layers: Rest<'a, 'b>,
    x: &Tensor<4>,
) -> (Option<&'b BatchNorm>, Rest<'a, 'b>) {
    match layers {
        [(_, Layer::BatchNorm(norm)), rest @ ..] if !learns(norm, x) => (Some(norm), rest),
        _ => (None, layers),
    }
}

/// Weight and bias of a convolution, with a batch norm's scaling worked into them.
fn weights(
    conv: &Conv2d,
    norm: Option<&BatchNorm>,
    x: &Tensor<4>,
) -> (Tensor<4>, Option<Tensor<1>>) {
    let (weight, bias) = (conv.weight.val(), conv.bias.as_ref().map(|bias| bias.val()));
    let Some(norm) = norm else {
        return (weight, bias);
    };
    let device = x.device();
    let mean = norm.running_mean.value().to_device(&device);
    let variance = norm.running_var.value().to_device(&device);
    let scale = norm.gamma.val() / (variance + norm.epsilon).sqrt();
    let shift = match bias {
        Some(bias) => bias - mean,
        None => -mean,
    };
    let bias = norm.beta.val() + shift * scale.clone();
    let [channels] = scale.dims();
    // Two axes: with four, whose last may be of length 1, the product takes ten times as long.
    let shape = weight.dims();
    let filters = weight.reshape([channels, shape[1..].iter().product()]);
    let weight = (filters * scale.reshape([channels, 1])).reshape(shape);
    (weight, Some(bias))
}

/// The activation at the head of `layers`, if one is there, and what follows it.
fn activation<'a, 'b>(layers: Rest<'a, 'b>) -> (Option<Activation>, Rest<'a, 'b>) {
    match layers {
        [(_, Layer::Activation(kind)), rest @ ..] => (Some(*kind), rest),
        _ => (None, layers),
    }
}

/// The pooling at the head of `layers`, if one is there that a block takes, and what follows it.
fn pooling<'a, 'b>(layers: Rest<'a, 'b>) -> (Option<Pool>, Rest<'a, 'b>) {
    let pool = match layers {
        [(_, Layer::MaxPool(pool)), ..] if !pool.ceil_mode => {
            symmetric(&pool.padding).map(|padding| Pool {
                kind: PoolKind::Max,
                kernel: pool.kernel_size,
                stride: pool.stride,
                padding,
                dilation: pool.dilation,
            })
        }
        [(_, Layer::AveragePool(pool)), ..] if !pool.ceil_mode => {
            symmetric(&pool.padding).map(|padding| Pool {
                kind: PoolKind::Average {
                    count_include_pad: pool.count_include_pad,
                },
                kernel: pool.kernel_size,
                stride: pool.stride,
                padding,
                dilation: [1, 1],
            })
        }
        _ => None,
    };
    match pool {
        Some(_) => (pool, &layers[1..]),
        None => (None, layers),
    }
}

fn symmetric(padding: &PaddingConfig2d) -> Option<[usize; 2]> {
    match *padding {
        PaddingConfig2d::Valid => Some([0, 0]),
        PaddingConfig2d::Explicit(top, left, bottom, right) if top == bottom && left == right => {
            Some([top, left])
        }
        _ => None,
    }
}

fn conv_block(
    conv: &Conv2d,
    (weight, bias): (Tensor<4>, Option<Tensor<1>>),
    activation: Option<Activation>,
    pool: Option<Pool>,
    channels_first: bool,
    x: Tensor<4>,
) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let padding = match conv.padding {
        PaddingConfig2d::Valid => [0; 4],
        PaddingConfig2d::Explicit(top, left, bottom, right) => [top, left, bottom, right],
        PaddingConfig2d::Same => {
            let along = |axis: usize, size: usize| {
                let (kernel, stride) = (conv.kernel_size[axis], conv.stride[axis]);
                let needed = (size.div_ceil(stride) - 1) * stride + kernel;
                let total = needed.saturating_sub(size);
                (total / 2, total - total / 2)
            };
            let ((top, bottom), (left, right)) = (along(0, height), along(1, width));
            [top, left, bottom, right]
        }
    };
    let block = ConvBlock {
        stride: conv.stride,
        padding,
        dilation: conv.dilation,
        groups: conv.groups,
        activation,
        pool,
        channels_first,
    };
    kernels::conv_block(x, weight, bias, &block)
}

/// `activation(x)` for each value.
pub fn activate<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
    match kind {
        Activation::Relu => activations::relu(x),
        Activation::Relu6 => activations::relu(x).clamp_max(6.0),
        Activation::Tanh => activations::tanh(x),
    }
}

/// Means over windows; values that lie as wanted are handed on.
pub fn adaptive(pool: &AdaptiveAvgPool2d, x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    match [height, width] == pool.output_size {
        true => x,
        false => pool.forward(x),
    }
}

/// `activation(x)` for each value of maps.
pub fn activate_maps(kind: Activation, x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let values = x
        .permute([0, 2, 3, 1])
        .reshape([batch * height * width, channels]);
    let values = activate(kind, values);
    (values.reshape([batch, height, width, channels])).permute([0, 3, 1, 2])
}

/// Batch norm of maps, and an activation.
pub fn batch_norm(norm: &BatchNorm, activation: Option<Activation>, x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    // Channels-last, as kernels leave them: with four axes that do not lie in order, Burn's CPU
    // backends take many times as long.
    let pixels = x
        .permute([0, 2, 3, 1])
        .reshape([batch * height * width, channels]);
    let normalized = batch_norm_of_vectors(norm, activation, pixels);
    (normalized.reshape([batch, height, width, channels])).permute([0, 3, 1, 2])
}

/// Batch norm of vectors, `[batch, channels]`, and an activation.
pub fn batch_norm_of_vectors(
    norm: &BatchNorm,
    activation: Option<Activation>,
    x: Tensor<2>,
) -> Tensor<2> {
    if !learns(norm, &x) {
        let x = norm.forward(x);
        return match activation {
            Some(kind) => activate(kind, x),
            None => x,
        };
    }
    let (gamma, beta) = (norm.gamma.val(), norm.beta.val());
    let done = kernels::batch_norm(x, gamma, beta, norm.epsilon as f32, activation);
    let moved = |running: Tensor<1>, batch: Tensor<1>| {
        let running = running.to_device(&batch.device());
        (running * (1.0 - norm.momentum) + batch * norm.momentum).detach()
    };
    let mean = moved(norm.running_mean.value_sync(), done.mean);
    norm.running_mean.update(mean);
    let variance = moved(norm.running_var.value_sync(), done.variance);
    norm.running_var.update(variance);
    done.output
}

/// Whether `norm` normalises `x` with the statistics of the batch.
fn learns<const D: usize>(norm: &BatchNorm, x: &Tensor<D>) -> bool {
    x.device().is_autodiff() && norm.training.is_enabled()
}

/// Mean over height and width, `[batch, channels]`.
pub fn global_average(x: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = x.dims();
    // Channels-last, as kernels leave them: one pixel after the other is added.
    let pixels = x
        .permute([0, 2, 3, 1])
        .reshape([batch, height * width, channels]);
    pixels.mean_dim(1).reshape([batch, channels])
}

/// Every `stride`-th pixel, with channels of zeros around.
pub fn subsample(subsample: &Subsample, x: Tensor<4>) -> Tensor<4> {
    let x = super::max_pool(1, subsample.stride).forward(x);
    let [batch, _, height, width] = x.dims();
    let zeros = |channels: usize| Tensor::zeros([batch, channels, height, width], &x.device());
    let [before, after] = subsample.zeros.map(zeros);
    Tensor::cat(vec![before, x, after], 1)
}

/// What a residual block makes of `x`, `[batch, channels, height, width]`.
pub fn residual(residual: &Residual, x: Tensor<4>) -> Tensor<4> {
    let run =
        |chain: &super::block::Chain| match forward(&chain.layers(), Features::Maps(x.clone())) {
            Features::Maps(maps) => maps,
            Features::Vector(vector) => vector.unsqueeze_dims(&[2, 3]),
        };
    // Channels-last, as kernels leave them: what lies in one piece is added in one.
    let last = |x: Tensor<4>| x.permute([0, 2, 3, 1]);
    let sum = last(run(&residual.body)) + last(run(&residual.shortcut));
    let sum = match residual.activation {
        Some(kind) => activate(kind, sum),
        None => sum,
    };
    sum.permute([0, 3, 1, 2])
}
