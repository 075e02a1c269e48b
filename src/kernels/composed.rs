//! The fused operations, composed of Burn's own: the definition that the kernels are tested
//! against, and what runs on backends without kernels.

use burn::backend::Backend;
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;

use super::extension::Bias;
use super::spec::{Activation, ConvBlock, Pool, PoolKind};

/// Convolution, activation, pooling; see [`super::conv_block`].
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

/// Matrix product, bias, activation; see [`super::dense`].
pub fn dense<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: Bias<B>,
    activation: Option<Activation>,
) -> FloatTensor<B> {
    activate::<B>(B::linear(x, weight, bias.into_option()), activation)
}

fn activate<B: Backend>(x: FloatTensor<B>, activation: Option<Activation>) -> FloatTensor<B> {
    match activation {
        None => x,
        Some(Activation::Relu) => B::relu(x),
        Some(Activation::Tanh) => B::float_tanh(x),
    }
}
