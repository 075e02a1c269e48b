//! The forward pass of a list of layers, neighbours fused where one kernel does the work of
//! several: convolution + activation + pooling, dense + activation.

use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::layer::{Features, Layer};
use crate::kernels::{self, Activation, ConvBlock, Pool, PoolKind};

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
                let (activation, later) = activation(later);
                let (pool, later) = pooling(later);
                let flattened = matches!(later, [(_, Layer::Flatten), ..]);
                let x = conv_block(conv, activation, pool, flattened, x);
                (Features::Maps(x), later)
            }
            (Layer::Dense(dense), Features::Vector(x)) => {
                let (activation, later) = activation(later);
                let bias = dense.bias.as_ref().map(|bias| bias.val());
                let x = kernels::dense(x, dense.weight.val(), bias, activation);
                (Features::Vector(x), later)
            }
            (layer, features) => (layer.forward(features), later),
        };
    }
    features
}

type Rest<'a, 'b> = &'a [(&'a str, Layer<'b>)];

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
    let bias = conv.bias.as_ref().map(|bias| bias.val());
    kernels::conv_block(x, conv.weight.val(), bias, &block)
}
