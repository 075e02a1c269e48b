//! VGG: 3x3 convolutions in five groups, each followed by a maximum over 2x2, then three dense
//! layers.
//!
//! Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
//! (2014, arXiv 1409.1556), table 1, columns D and E. Names and the batch norm variants are
//! torchvision's. For images other than 224x224 the maps are averaged to 7x7 before the dense
//! layers, as torchvision does.

use burn::nn::pool::AdaptiveAvgPool2dConfig;
use burn::nn::{BatchNormConfig, DropoutConfig};
use kernels::Activation;

use super::super::build::Build;
use super::super::conv_spec::ConvSpec;
use super::super::error::BuildError;
use super::super::layers::{Chain, Flatten, max_pool};
use super::super::shape::FeatureShape;
use super::architecture::{Architecture, IMAGENET, TORCHVISION_LICENCE};
use crate::pixels::ImageShape;
use crate::weights::Published;

/// Convolutions of each group.
const D: [usize; 5] = [2, 2, 3, 3, 3];
const E: [usize; 5] = [2, 2, 4, 4, 4];
/// Channels of each group.
const CHANNELS: [usize; 5] = [64, 128, 256, 512, 512];

const VGG: Architecture = Architecture {
    summary: "",
    paper: "Simonyan and Zisserman 2014, Very deep convolutional networks (arXiv 1409.1556)",
    licence: TORCHVISION_LICENCE,
    input: ImageShape::new(3, 224, 224),
    normalization: IMAGENET,
    width: 512,
    classes: 1_000,
    parameters: 0,
    scales: false,
    weights: &[],
    features: |_, build| features(D, false, build),
    head: |_, shape, build| head(shape, build),
};

pub const VGG16: Architecture = Architecture {
    summary: "13 convolutions of 3x3 and three dense layers",
    parameters: 138_357_544,
    weights: &[Published::torchvision("vgg16-397923af.pth", "397923af")],
    ..VGG
};

pub const VGG16_BN: Architecture = Architecture {
    summary: "VGG-16 with batch norm after each convolution",
    parameters: 138_365_992,
    weights: &[Published::torchvision("vgg16_bn-6c64b313.pth", "6c64b313")],
    features: |_, build| features(D, true, build),
    ..VGG
};

pub const VGG19: Architecture = Architecture {
    summary: "16 convolutions of 3x3 and three dense layers",
    parameters: 143_667_240,
    weights: &[Published::torchvision("vgg19-dcbb9e9d.pth", "dcbb9e9d")],
    features: |_, build| features(E, false, build),
    ..VGG
};

pub const VGG19_BN: Architecture = Architecture {
    summary: "VGG-19 with batch norm after each convolution",
    parameters: 143_678_248,
    weights: &[Published::torchvision("vgg19_bn-c79401a0.pth", "c79401a0")],
    features: |_, build| features(E, true, build),
    ..VGG
};

fn features(depths: [usize; 5], norm: bool, build: &mut Build) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let mut channels = build.input.channels;
    let name = |chain: &Chain| format!("features.{}", chain.len());
    for (depth, width) in depths.into_iter().zip(CHANNELS) {
        for _ in 0..depth {
            let conv = build
                .layers
                .conv(ConvSpec::new(channels, width, 3).zeros(1))?;
            chain.push(name(&chain), conv);
            if norm {
                let norm = BatchNormConfig::new(width).init(build.layers.device());
                chain.push(name(&chain), norm);
            }
            chain.push(name(&chain), Activation::Relu);
            channels = width;
        }
        chain.push(name(&chain), max_pool(2, 2));
    }
    Ok(chain)
}

fn head(input: FeatureShape, build: &mut Build) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let pool = AdaptiveAvgPool2dConfig::new([7, 7]).init();
    chain.push("avgpool", pool);
    chain.push("flatten", Flatten);
    let dropout = || DropoutConfig::new(0.5).init();
    let flat = input.width() * 7 * 7;
    for (index, inputs) in [(0, flat), (3, 4_096)] {
        let dense = build.layers.dense(inputs, 4_096)?;
        chain.push(format!("classifier.{index}"), dense);
        chain.push(format!("classifier.{}", index + 1), Activation::Relu);
        chain.push(format!("classifier.{}", index + 2), dropout());
    }
    let dense = build.layers.dense(4_096, build.classes)?;
    chain.push("classifier.6", dense);
    Ok(chain)
}
