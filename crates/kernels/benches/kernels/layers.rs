//! The layers that are measured, and what Burn has for them.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn_cnn_kernels::{Activation, ConvBlock, Pool, PoolKind};

/// A convolution block.
pub struct Conv {
    pub name: &'static str,
    /// `[batch, channels, height, width]`
    pub images: [usize; 4],
    /// `[out channels, channels / groups, kernel height, kernel width]`
    pub weight: [usize; 4],
    pub block: ConvBlock,
}

fn conv(name: &'static str, images: [usize; 4], weight: [usize; 4], padding: usize) -> Conv {
    let groups = images[1] / weight[1];
    let block = ConvBlock {
        padding: [padding; 4],
        groups,
        ..ConvBlock::default()
    };
    Conv {
        name,
        images,
        weight,
        block,
    }
}

impl Conv {
    fn then(self, activation: Activation, pool: Option<Pool>) -> Self {
        let block = ConvBlock {
            activation: Some(activation),
            pool,
            ..self.block
        };
        Self { block, ..self }
    }

    fn stride(self, stride: usize) -> Self {
        Self {
            block: ConvBlock {
                stride: [stride; 2],
                ..self.block
            },
            ..self
        }
    }
}

pub fn convolutions() -> Vec<Conv> {
    use Activation::{Relu, Tanh};
    let max2 = || Some(Pool::max([2, 2]));
    let max3 = || {
        Some(Pool {
            stride: [2, 2],
            padding: [1, 1],
            ..Pool::max([3, 3])
        })
    };
    let average2 = || Some(Pool::average([2, 2]));
    // Small ones first: --quick takes the first six.
    vec![
        conv(
            "28x28x1 to 64, 3x3, relu, max 2",
            [32, 1, 28, 28],
            [64, 1, 3, 3],
            0,
        )
        .then(Relu, max2()),
        conv(
            "13x13x64 to 64, 3x3, relu, max 2",
            [32, 64, 13, 13],
            [64, 64, 3, 3],
            0,
        )
        .then(Relu, max2()),
        conv(
            "28x28x1 to 6, 5x5, tanh, average 2",
            [32, 1, 28, 28],
            [6, 1, 5, 5],
            2,
        )
        .then(Tanh, average2()),
        conv(
            "14x14x6 to 16, 5x5, tanh, average 2",
            [32, 6, 14, 14],
            [16, 6, 5, 5],
            0,
        )
        .then(Tanh, average2()),
        conv("14x14x6 to 16, 5x5", [32, 6, 14, 14], [16, 6, 5, 5], 0),
        conv("7x7x512 to 512, 3x3", [8, 512, 7, 7], [512, 512, 3, 3], 1),
        conv(
            "14x14x256 to 256, 3x3",
            [8, 256, 14, 14],
            [256, 256, 3, 3],
            1,
        ),
        conv("56x56x64 to 64, 3x3", [8, 64, 56, 56], [64, 64, 3, 3], 1),
        conv("56x56x64 to 256, 1x1", [8, 64, 56, 56], [256, 64, 1, 1], 0),
        conv(
            "112x112x32 depthwise 3x3",
            [8, 32, 112, 112],
            [32, 1, 3, 3],
            1,
        ),
        conv(
            "112x112x32 depthwise 3x3, stride 2",
            [8, 32, 112, 112],
            [32, 1, 3, 3],
            1,
        )
        .stride(2),
        conv(
            "224x224x3 to 64, 7x7, stride 2, relu, max 3",
            [1, 3, 224, 224],
            [64, 3, 7, 7],
            3,
        )
        .stride(2)
        .then(Relu, max3()),
        conv(
            "224x224x64 to 64, 3x3",
            [1, 64, 224, 224],
            [64, 64, 3, 3],
            1,
        ),
    ]
}

/// Dense layers `[batch, inputs, outputs]`, relu.
pub const DENSE: [[usize; 3]; 3] = [[32, 784, 128], [32, 1600, 128], [32, 128, 10]];

/// A convolution block of Burn's own operations.
pub fn burn_block(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    block: &ConvBlock,
) -> Tensor<4> {
    let [top, left, bottom, right] = block.padding;
    let padding = [(top, bottom), (left, right)];
    let options =
        ConvOptions::new_with_padding(block.stride, padding, block.dilation, block.groups);
    let x = conv2d(x, weight, bias, options);
    let x = match block.activation {
        None => x,
        Some(Activation::Relu) => relu(x),
        Some(Activation::Relu6) => x.clamp(0.0, 6.0),
        Some(Activation::Tanh) => x.tanh(),
    };
    let Some(pool) = block.pool else { return x };
    let padding = pool.padding.map(|padding| (padding, padding));
    match pool.kind {
        PoolKind::Max => max_pool2d(
            x,
            MaxPoolOptions {
                kernel_size: pool.kernel,
                stride: pool.stride,
                padding,
                dilation: pool.dilation,
                ceil_mode: false,
            },
        ),
        PoolKind::Average { count_include_pad } => avg_pool2d(
            x,
            AvgPoolOptions {
                kernel_size: pool.kernel,
                stride: pool.stride,
                padding,
                count_include_pad,
                ceil_mode: false,
            },
        ),
    }
}

/// `[pixels, channels]` of batch norms: of ResNet-18 and of MobileNet v1, for 8 images.
pub const NORMS: [[usize; 2]; 3] = [[25_088, 64], [100_352, 32], [1_568, 512]];

/// Batch norm with the statistics of the batch, and ReLU, as Burn computes it.
pub fn burn_norm(x: Tensor<2>, gamma: Tensor<2>, beta: Tensor<1>) -> Tensor<2> {
    let mean = x.clone().mean_dim(0);
    let centered = x - mean;
    let variance = (centered.clone() * centered.clone()).mean_dim(0);
    relu(centered * (gamma / (variance + 1e-5).sqrt()) + beta.unsqueeze())
}
