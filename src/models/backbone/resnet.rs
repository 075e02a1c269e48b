//! ResNet for ImageNet: a 7x7 convolution, then four groups of residual blocks.
//!
//! He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2015, arXiv
//! 1512.03385), table 1. Names are torchvision's, and as there a bottleneck that halves the image
//! does so in its 3x3 convolution, where the paper does it in the first 1x1.

use burn::nn::PaddingConfig2d;
use burn::nn::pool::MaxPool2dConfig;
use kernels::Activation;

use super::super::build::Build;
use super::super::conv_spec::ConvSpec;
use super::super::error::BuildError;
use super::super::layers::{Chain, GlobalAveragePool, Residual};
use super::architecture::{Architecture, IMAGENET, TORCHVISION_LICENCE};
use super::conv_norm::push_conv_norm;
use crate::pixels::ImageShape;
use crate::weights::Published;

/// The two kinds of blocks in the paper's figure 5.
#[derive(Clone, Copy)]
enum BlockKind {
    /// 3x3, 3x3
    Basic,
    /// 1x1, 3x3, 1x1 with four times the channels
    Bottleneck,
}

/// Channels of each group before they are expanded.
const CHANNELS: [usize; 4] = [64, 128, 256, 512];

const RESNET: Architecture = Architecture {
    summary: "",
    paper: "He et al. 2015, Deep residual learning for image recognition (arXiv 1512.03385)",
    licence: TORCHVISION_LICENCE,
    input: ImageShape::new(3, 224, 224),
    normalization: IMAGENET,
    width: 2_048,
    classes: 1_000,
    parameters: 0,
    scales: false,
    weights: &[],
    features: |_, build| features(BlockKind::Basic, [2, 2, 2, 2], build),
    head: |_, shape, build| {
        let mut chain = Chain::new();
        chain.push("avgpool", GlobalAveragePool);
        let dense = build.layers.dense(shape.width(), build.classes)?;
        chain.push("fc", dense);
        Ok(chain)
    },
};

pub const RESNET18: Architecture = Architecture {
    summary: "17 convolutions in basic residual blocks",
    width: 512,
    parameters: 11_689_512,
    weights: &[Published::torchvision("resnet18-f37072fd.pth", "f37072fd")],
    ..RESNET
};

pub const RESNET34: Architecture = Architecture {
    summary: "33 convolutions in basic residual blocks",
    width: 512,
    parameters: 21_797_672,
    weights: &[Published::torchvision("resnet34-b627a593.pth", "b627a593")],
    features: |_, build| features(BlockKind::Basic, [3, 4, 6, 3], build),
    ..RESNET
};

pub const RESNET50: Architecture = Architecture {
    summary: "49 convolutions in bottleneck residual blocks",
    parameters: 25_557_032,
    weights: &[
        Published::torchvision("resnet50-0676ba61.pth", "0676ba61"),
        Published::torchvision("resnet50-11ad3fa6.pth", "11ad3fa6").called("imagenet-v2"),
    ],
    features: |_, build| features(BlockKind::Bottleneck, [3, 4, 6, 3], build),
    ..RESNET
};

pub const RESNET101: Architecture = Architecture {
    summary: "100 convolutions in bottleneck residual blocks",
    parameters: 44_549_160,
    weights: &[
        Published::torchvision("resnet101-63fe2227.pth", "63fe2227"),
        Published::torchvision("resnet101-cd907fc2.pth", "cd907fc2").called("imagenet-v2"),
    ],
    features: |_, build| features(BlockKind::Bottleneck, [3, 4, 23, 3], build),
    ..RESNET
};

pub const RESNET152: Architecture = Architecture {
    summary: "151 convolutions in bottleneck residual blocks",
    parameters: 60_192_808,
    weights: &[
        Published::torchvision("resnet152-394f9c45.pth", "394f9c45"),
        Published::torchvision("resnet152-f82ba261.pth", "f82ba261").called("imagenet-v2"),
    ],
    features: |_, build| features(BlockKind::Bottleneck, [3, 8, 36, 3], build),
    ..RESNET
};

fn features(kind: BlockKind, depths: [usize; 4], build: &mut Build) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let stem = ConvSpec::new(build.input.channels, 64, 7)
        .strided(2)
        .zeros(3);
    push_conv_norm(&mut chain, build, ["conv1", "bn1"], stem)?;
    chain.push("relu", Activation::Relu);
    let pool = MaxPool2dConfig::new([3, 3])
        .with_strides([2, 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
    chain.push("maxpool", pool.init());
    let mut channels = 64;
    for (group, (depth, width)) in depths.into_iter().zip(CHANNELS).enumerate() {
        for index in 0..depth {
            let stride = if group > 0 && index == 0 { 2 } else { 1 };
            let block = block(kind, &mut channels, width, stride, build)?;
            chain.push(format!("layer{}.{index}", group + 1), block);
        }
    }
    Ok(chain)
}

/// One residual block. `channels` is the number it receives, and is set to the number it returns.
fn block(
    kind: BlockKind,
    channels: &mut usize,
    width: usize,
    stride: usize,
    build: &mut Build,
) -> Result<Residual, BuildError> {
    let (specs, out) = match kind {
        BlockKind::Basic => (
            vec![
                ConvSpec::new(*channels, width, 3).strided(stride).zeros(1),
                ConvSpec::new(width, width, 3).zeros(1),
            ],
            width,
        ),
        BlockKind::Bottleneck => (
            vec![
                ConvSpec::new(*channels, width, 1),
                ConvSpec::new(width, width, 3).strided(stride).zeros(1),
                ConvSpec::new(width, 4 * width, 1),
            ],
            4 * width,
        ),
    };
    let mut body = Chain::new();
    let count = specs.len();
    for (spec, number) in specs.into_iter().zip(1..) {
        let names = [format!("conv{number}"), format!("bn{number}")];
        push_conv_norm(&mut body, build, names, spec)?;
        if number < count {
            body.push(format!("relu{number}"), Activation::Relu);
        }
    }
    let mut shortcut = Chain::new();
    if stride != 1 || *channels != out {
        let spec = ConvSpec::new(*channels, out, 1).strided(stride);
        push_conv_norm(&mut shortcut, build, ["downsample.0", "downsample.1"], spec)?;
    }
    *channels = out;
    Ok(Residual {
        body,
        shortcut,
        activation: Some(Activation::Relu),
    })
}
