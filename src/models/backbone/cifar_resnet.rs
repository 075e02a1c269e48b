//! ResNet for images of 32x32: a 3x3 convolution, then three groups of basic residual blocks.
//!
//! He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2015, arXiv
//! 1512.03385), section 4.2: 6n + 2 layers, shortcuts without weights (option A). Names are those
//! of the weights that are published for PyTorch.

use kernels::Activation;

use super::super::build::Build;
use super::super::conv_spec::ConvSpec;
use super::super::error::BuildError;
use super::super::layers::{Chain, GlobalAveragePool, Residual, Subsample};
use super::architecture::{Architecture, IMAGENET};
use super::conv_norm::push_conv_norm;
use crate::pixels::ImageShape;
use crate::weights::Published;

/// Channels of each group.
const CHANNELS: [usize; 3] = [16, 32, 64];

const CIFAR_RESNET: Architecture = Architecture {
    summary: "",
    paper: "He et al. 2015, Deep residual learning (arXiv 1512.03385), section 4.2",
    licence: "BSD-2-Clause",
    input: ImageShape::new(3, 32, 32),
    // The weights were trained on images normalised by ImageNet's statistics.
    normalization: IMAGENET,
    width: 64,
    classes: 10,
    parameters: 0,
    scales: false,
    weights: &[],
    features: |_, build| features(3, build),
    head: |_, shape, build| {
        let mut chain = Chain::new();
        chain.push("avgpool", GlobalAveragePool);
        let dense = build.layers.dense(shape.width(), build.classes)?;
        chain.push("linear", dense);
        Ok(chain)
    },
};

pub const RESNET20: Architecture = Architecture {
    summary: "19 convolutions for images of 32x32",
    parameters: 269_722,
    weights: &[published("resnet20-12fca82f.th", "12fca82f")],
    ..CIFAR_RESNET
};

pub const RESNET32: Architecture = Architecture {
    summary: "31 convolutions for images of 32x32",
    parameters: 464_154,
    weights: &[published("resnet32-d509ac18.th", "d509ac18")],
    features: |_, build| features(5, build),
    ..CIFAR_RESNET
};

pub const RESNET44: Architecture = Architecture {
    summary: "43 convolutions for images of 32x32",
    parameters: 658_586,
    weights: &[published("resnet44-014dd654.th", "014dd654")],
    features: |_, build| features(7, build),
    ..CIFAR_RESNET
};

pub const RESNET56: Architecture = Architecture {
    summary: "55 convolutions for images of 32x32",
    parameters: 853_018,
    weights: &[published("resnet56-4bfd9763.th", "4bfd9763")],
    features: |_, build| features(9, build),
    ..CIFAR_RESNET
};

pub const RESNET110: Architecture = Architecture {
    summary: "109 convolutions for images of 32x32",
    parameters: 1_727_962,
    weights: &[published("resnet110-1d1ed7c2.th", "1d1ed7c2")],
    features: |_, build| features(18, build),
    ..CIFAR_RESNET
};

/// Weights of Y. Idelbayev's port, "Proper ResNet Implementation for CIFAR10/CIFAR100 in PyTorch".
const fn published(file: &'static str, sha256: &'static str) -> Published {
    const FOLDER: &[&str] =
        &["https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/"];
    Published::new("cifar10", file, sha256, FOLDER)
}

fn features(depth: usize, build: &mut Build) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let stem = ConvSpec::new(build.input.channels, CHANNELS[0], 3).zeros(1);
    push_conv_norm(&mut chain, build, ["conv1", "bn1"], stem)?;
    chain.push("relu", Activation::Relu);
    let mut channels = CHANNELS[0];
    for (group, width) in CHANNELS.into_iter().enumerate() {
        for index in 0..depth {
            let stride = if group > 0 && index == 0 { 2 } else { 1 };
            let block = block(channels, width, stride, build)?;
            chain.push(format!("layer{}.{index}", group + 1), block);
            channels = width;
        }
    }
    Ok(chain)
}

fn block(
    channels: usize,
    width: usize,
    stride: usize,
    build: &mut Build,
) -> Result<Residual, BuildError> {
    let mut body = Chain::new();
    let first = ConvSpec::new(channels, width, 3).strided(stride).zeros(1);
    push_conv_norm(&mut body, build, ["conv1", "bn1"], first)?;
    body.push("relu1", Activation::Relu);
    let second = ConvSpec::new(width, width, 3).zeros(1);
    push_conv_norm(&mut body, build, ["conv2", "bn2"], second)?;
    let mut shortcut = Chain::new();
    if stride != 1 || channels != width {
        let added = width - channels;
        let zeros = [added / 2, added - added / 2];
        shortcut.push("shortcut", Subsample { stride, zeros });
    }
    Ok(Residual {
        body,
        shortcut,
        activation: Some(Activation::Relu),
    })
}
