//! MobileNet v2: inverted residual blocks, with no activation after their narrow last convolution.
//!
//! Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018, arXiv
//! 1801.04381), table 2. Names are torchvision's.

use burn::nn::DropoutConfig;
use kernels::Activation;

use super::super::build::Build;
use super::super::conv_spec::ConvSpec;
use super::super::error::BuildError;
use super::super::layers::{Chain, GlobalAveragePool, Residual};
use super::architecture::{Architecture, IMAGENET, TORCHVISION_LICENCE};
use super::config::BackboneConfig;
use super::conv_norm::push_conv_norm;
use crate::pixels::ImageShape;
use crate::weights::Published;

/// Expansion, output channels, repetitions, stride of the first.
const TABLE: [(usize, usize, usize, usize); 7] = [
    // t, c, n, s
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

pub const MOBILENET_V2: Architecture = Architecture {
    summary: "17 inverted residual blocks",
    paper: "Sandler et al. 2018, MobileNetV2 (arXiv 1801.04381)",
    licence: TORCHVISION_LICENCE,
    input: ImageShape::new(3, 224, 224),
    normalization: IMAGENET,
    width: 1_280,
    classes: 1_000,
    parameters: 3_504_872,
    scales: true,
    weights: &[
        Published::torchvision("mobilenet_v2-b0353104.pth", "b0353104"),
        Published::torchvision("mobilenet_v2-7ebf99e0.pth", "7ebf99e0").called("imagenet-v2"),
    ],
    features,
    head: |_, shape, build| {
        let mut chain = Chain::new();
        chain.push("avgpool", GlobalAveragePool);
        chain.push("classifier.0", DropoutConfig::new(0.2).init());
        let dense = build.layers.dense(shape.width(), build.classes)?;
        chain.push("classifier.1", dense);
        Ok(chain)
    },
};

fn features(config: &BackboneConfig, build: &mut Build) -> Result<Chain, BuildError> {
    let width = config.width.unwrap_or(1.0);
    let mut chain = Chain::new();
    let mut channels = divisible(32.0 * width);
    let stem = ConvSpec::new(build.input.channels, channels, 3)
        .strided(2)
        .zeros(1);
    push_conv_norm(&mut chain, build, ["features.0.0", "features.0.1"], stem)?;
    chain.push("features.0.2", Activation::Relu6);
    let mut number = 1;
    for (expansion, out, repetitions, stride) in TABLE {
        let out = divisible(out as f64 * width);
        for repetition in 0..repetitions {
            let stride = if repetition == 0 { stride } else { 1 };
            let name = format!("features.{number}");
            let adds = stride == 1 && channels == out;
            let prefix = if adds {
                String::new()
            } else {
                format!("{name}.")
            };
            let body = block(&prefix, channels, expansion, out, stride, build)?;
            if adds {
                let residual = Residual {
                    body,
                    shortcut: Chain::new(),
                    activation: None,
                };
                chain.push(name, residual);
            } else {
                chain.append(body);
            }
            channels = out;
            number += 1;
        }
    }
    let last = divisible(1_280.0 * width.max(1.0));
    let names = [0, 1].map(|part| format!("features.{number}.{part}"));
    let spec = ConvSpec::new(channels, last, 1);
    push_conv_norm(&mut chain, build, names, spec)?;
    chain.push(format!("features.{number}.2"), Activation::Relu6);
    Ok(chain)
}

/// 1x1 convolution to `expansion` times the channels (none if that is 1), 3x3 depthwise, 1x1 to
/// `out` channels.
fn block(
    prefix: &str,
    channels: usize,
    expansion: usize,
    out: usize,
    stride: usize,
    build: &mut Build,
) -> Result<Chain, BuildError> {
    let wide = channels * expansion;
    let mut specs = vec![
        ConvSpec::new(wide, wide, 3)
            .depthwise()
            .strided(stride)
            .zeros(1),
    ];
    if expansion != 1 {
        specs.insert(0, ConvSpec::new(channels, wide, 1));
    }
    let mut chain = Chain::new();
    let activated = specs.len();
    for (index, spec) in specs.into_iter().enumerate() {
        let names = [0, 1].map(|part| format!("{prefix}conv.{index}.{part}"));
        push_conv_norm(&mut chain, build, names, spec)?;
        chain.push(format!("{prefix}conv.{index}.2"), Activation::Relu6);
    }
    let names = [activated, activated + 1].map(|part| format!("{prefix}conv.{part}"));
    let spec = ConvSpec::new(wide, out, 1);
    push_conv_norm(&mut chain, build, names, spec)?;
    Ok(chain)
}

/// The nearest multiple of 8, at most a tenth below `channels`, as the authors' code rounds.
fn divisible(channels: f64) -> usize {
    let rounded = (((channels + 4.0) / 8.0) as usize * 8).max(8);
    match (rounded as f64) < 0.9 * channels {
        true => rounded + 8,
        false => rounded,
    }
}
