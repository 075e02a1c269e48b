//! The operations composed of Burn's own. This is their definition, which the kernels are tested
//! against, and what runs on backends without kernels.

use burn::backend::Backend;
use burn::backend::TensorMetadata;
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;

use crate::bias::Bias;
use crate::spec::{Activation, AdamStep, ConvBlock, Pool, PoolKind, SgdStep};

/// Convolution, activation, pooling; see [`conv_block()`](crate::conv_block()).
pub fn conv_block<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: Bias<B>,
    block: &ConvBlock,
) -> FloatTensor<B> {
    let [top, left, bottom, right] = block.padding;
    let options = ConvOptions::new_with_padding(
        block.stride,
        [(top, bottom), (left, right)],
        block.dilation,
        block.groups,
    );
    let x = B::conv2d(x, weight, bias.into_option(), options);
    let x = activate::<B>(x, block.activation);
    match block.pool {
        Some(Pool {
            kind: PoolKind::Max,
            kernel,
            stride,
            padding,
            dilation,
        }) => B::max_pool2d(x, kernel, stride, padding, dilation, false),
        Some(Pool {
            kind: PoolKind::Average { count_include_pad },
            kernel,
            stride,
            padding,
            ..
        }) => B::avg_pool2d(x, kernel, stride, padding, count_include_pad, false),
        None => x,
    }
}

/// Matrix product, bias, activation; see [`dense()`](crate::dense()).
pub fn dense<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: Bias<B>,
    activation: Option<Activation>,
) -> FloatTensor<B> {
    activate::<B>(B::linear(x, weight, bias.into_option()), activation)
}

/// Batch norm with the statistics of the batch, activation; see [`batch_norm()`](crate::batch_norm()).
pub fn batch_norm<B: Backend>(
    x: FloatTensor<B>,
    [gamma, beta]: [FloatTensor<B>; 2],
    epsilon: f32,
    activation: Option<Activation>,
) -> [FloatTensor<B>; 3] {
    let channels = gamma.shape();
    let row = |tensor: FloatTensor<B>| {
        let shape = Shape::new([1, channels.num_elements()]);
        B::float_reshape(tensor, shape)
    };
    let mean = B::float_mean_dim(x.clone(), 0);
    let centered = B::float_sub(x, mean.clone());
    let variance = B::float_mean_dim(B::float_mul(centered.clone(), centered.clone()), 0);
    let deviation = B::float_sqrt(B::float_add_scalar(variance.clone(), epsilon.into()));
    let scale = B::float_div(row(gamma), deviation);
    let output = B::float_add(B::float_mul(centered, scale), row(beta));
    [
        activate::<B>(output, activation),
        B::float_reshape(mean, channels.clone()),
        B::float_reshape(variance, channels.clone()),
    ]
}

fn activate<B: Backend>(x: FloatTensor<B>, activation: Option<Activation>) -> FloatTensor<B> {
    match activation {
        None => x,
        Some(Activation::Relu) => B::relu(x),
        // ReLU first: its slope at zero is zero, as PyTorch's, and that of a clamp is one.
        Some(Activation::Relu6) => B::float_clamp_max(B::relu(x), 6.0.into()),
        Some(Activation::Tanh) => B::float_tanh(x),
    }
}

/// See [`adam_step()`](crate::adam_step()).
pub fn adam_step<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    moments: [FloatTensor<B>; 2],
    step: AdamStep,
) -> [FloatTensor<B>; 3] {
    let gradient = decayed::<B>(gradient, &parameter, step.decay);
    let [first, second] = moments;
    let scaled = |x, factor: f32| B::float_mul_scalar(x, factor.into());
    let first = B::float_add(
        scaled(first, step.beta_1),
        scaled(gradient.clone(), 1.0 - step.beta_1),
    );
    let square = B::float_mul(gradient.clone(), gradient);
    let second = B::float_add(
        scaled(second, step.beta_2),
        scaled(square, 1.0 - step.beta_2),
    );
    let root = B::float_add_scalar(B::float_sqrt(second.clone()), step.epsilon.into());
    let change = scaled(B::float_div(first.clone(), root), step.rate);
    let parameter = B::float_sub(scaled(parameter, step.shrink), change);
    [parameter, first, second]
}

/// See [`sgd_step()`](crate::sgd_step()).
pub fn sgd_step<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    velocity: FloatTensor<B>,
    step: SgdStep,
) -> [FloatTensor<B>; 2] {
    let gradient = decayed::<B>(gradient, &parameter, step.decay);
    let scaled = |x, factor: f32| B::float_mul_scalar(x, factor.into());
    let velocity = B::float_add(scaled(velocity, step.momentum), gradient.clone());
    let direction = match step.nesterov {
        true => B::float_add(scaled(velocity.clone(), step.momentum), gradient),
        false => velocity.clone(),
    };
    [
        B::float_sub(parameter, scaled(direction, step.rate)),
        velocity,
    ]
}

fn decayed<B: Backend>(
    gradient: FloatTensor<B>,
    parameter: &FloatTensor<B>,
    decay: f32,
) -> FloatTensor<B> {
    match decay {
        0.0 => gradient,
        _ => B::float_add(
            gradient,
            B::float_mul_scalar(parameter.clone(), decay.into()),
        ),
    }
}
