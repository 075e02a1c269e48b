//! MobileNet: depthwise convolutions, each followed by a 1x1 convolution.
//!
//! Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
//! Applications" (2017, arXiv 1704.04861), table 1. Names, epsilon and padding are those of
//! Keras, whose weights these are: an image is padded at the bottom and right only where it is
//! halved, and the last dense layer is called `conv_preds` because Keras makes it a 1x1
//! convolution.

use burn::nn::{BatchNormConfig, DropoutConfig, PaddingConfig2d};
use kernels::Activation;

use super::super::build::Build;
use super::super::conv_spec::ConvSpec;
use super::super::error::BuildError;
use super::super::layers::{Chain, GlobalAveragePool};
use super::architecture::Architecture;
use super::config::BackboneConfig;
use super::conv_norm::push_conv_and;
use crate::pixels::ImageShape;
use crate::weights::Published;

/// Channels of the 1x1 convolutions, and the stride of the depthwise ones before them.
const TABLE: [(usize, usize); 13] = [
    // c, s
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (1_024, 2),
    (1_024, 1),
];

pub const MOBILENET_V1: Architecture = Architecture {
    summary: "13 pairs of depthwise and 1x1 convolutions",
    paper: "Howard et al. 2017, MobileNets (arXiv 1704.04861)",
    licence: "Apache-2.0 (Keras); trained on ImageNet, whose terms allow non-commercial research",
    input: ImageShape::new(3, 224, 224),
    // Values from -1 to 1.
    normalization: [[0.5; 3]; 2],
    width: 1_024,
    classes: 1_000,
    parameters: 4_231_976,
    scales: true,
    // The first is for a width of 1, the others for the `model.width` in their name.
    weights: &[
        Published::keras("imagenet", "mobilenet_1_0_224_tf.h5"),
        Published::keras("imagenet-0.75", "mobilenet_7_5_224_tf.h5"),
        Published::keras("imagenet-0.5", "mobilenet_5_0_224_tf.h5"),
        Published::keras("imagenet-0.25", "mobilenet_2_5_224_tf.h5"),
    ],
    features,
    head: |_, shape, build| {
        let mut chain = Chain::new();
        chain.push("global_average_pooling2d", GlobalAveragePool);
        chain.push("dropout", DropoutConfig::new(1e-3).init());
        let dense = build.layers.dense(shape.width(), build.classes)?;
        chain.push("conv_preds", dense);
        Ok(chain)
    },
};

fn features(config: &BackboneConfig, build: &mut Build) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let mut channels = config.scaled(32);
    let stem = halving(ConvSpec::new(build.input.channels, channels, 3));
    push(&mut chain, build, "conv1", stem)?;
    for ((width, stride), number) in TABLE.into_iter().zip(1..) {
        let spec = ConvSpec::new(channels, channels, 3).depthwise();
        let spec = if stride == 2 {
            halving(spec)
        } else {
            spec.zeros(1)
        };
        push(&mut chain, build, &format!("conv_dw_{number}"), spec)?;
        let width = config.scaled(width);
        let spec = ConvSpec::new(channels, width, 1);
        push(&mut chain, build, &format!("conv_pw_{number}"), spec)?;
        channels = width;
    }
    Ok(chain)
}

/// `spec` with stride 2, and zeros at the bottom and right.
fn halving(spec: ConvSpec) -> ConvSpec {
    spec.strided(2)
        .padded(PaddingConfig2d::Explicit(0, 0, 1, 1))
}

fn push(
    chain: &mut Chain,
    build: &mut Build,
    name: &str,
    spec: ConvSpec,
) -> Result<(), BuildError> {
    // With Keras's momentum of 0.99 the running statistics need some hundred steps to follow the
    // images. Burn's default follows faster, which small data sets need.
    let norm = BatchNormConfig::new(spec.out_channels).with_epsilon(1e-3);
    let names = [name.to_string(), format!("{name}_bn")];
    push_conv_and(chain, build, names, spec, &norm)?;
    chain.push(format!("{name}_relu"), Activation::Relu6);
    Ok(())
}
