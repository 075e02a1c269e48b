//! From lines of the configuration to layers.

use burn::nn::pool::{AvgPool2dConfig, MaxPool2dConfig};
use burn::nn::{BatchNormConfig, DropoutConfig};

use super::block::{Block, Chain, Flatten, GlobalAveragePool};
use super::layer::{FeatureShape, ShapeError};
use super::spec::{self, LayerSpec, SlideSpec, Units};
use super::{Build, BuildError, ConvSpec};

/// The layers that `lines` describe, behind features of shape `input`; each is named after
/// `prefix`, its kind and how many of that kind came before: `conv1`, `conv2`.
///
/// # Errors
/// A layer is not understood, or it does not fit what comes before it.
pub fn chain(
    lines: &[String],
    key: &'static str,
    prefix: &str,
    input: FeatureShape,
    build: &mut Build,
) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let mut shape = input;
    for (index, text) in lines.iter().enumerate() {
        let wrong = |reason: String| BuildError::LayerText {
            key,
            index,
            text: text.clone(),
            reason,
        };
        let spec = spec::parse(text).map_err(wrong)?;
        for block in blocks(&spec, shape, build).map_err(wrong)? {
            let layer = block.layer();
            shape = (layer.output_shape(shape)).map_err(|error| wrong(format!("it {error}")))?;
            let kind = layer.kind();
            let earlier = chain.layers();
            let number = 1 + earlier
                .iter()
                .filter(|(_, layer)| layer.kind() == kind)
                .count();
            chain.push(format!("{prefix}{kind}{number}"), block);
        }
    }
    Ok(chain)
}

/// Whether all `lines` are understood.
///
/// # Errors
/// The first that is not.
pub fn check(lines: &[String], key: &'static str) -> Result<(), BuildError> {
    for (index, text) in lines.iter().enumerate() {
        spec::parse(text).map_err(|reason| BuildError::LayerText {
            key,
            index,
            text: text.clone(),
            reason,
        })?;
    }
    Ok(())
}

/// The blocks a line of the configuration stands for, given the shape that reaches it.
fn blocks(spec: &LayerSpec, input: FeatureShape, build: &mut Build) -> Result<Vec<Block>, String> {
    let mut activation = None;
    let block = match spec {
        LayerSpec::Conv(slide, channels, then) => {
            activation = *then;
            conv(slide, *channels, input, build)?
        }
        LayerSpec::MaxPool(slide) => Block::MaxPool(
            MaxPool2dConfig::new(slide.kernel)
                .with_strides(slide.stride)
                .with_dilation(slide.dilation)
                .with_padding(slide.padding.clone())
                .init(),
        ),
        LayerSpec::AveragePool(slide) => Block::AveragePool(
            AvgPool2dConfig::new(slide.kernel)
                .with_strides(slide.stride)
                .with_padding(slide.padding.clone())
                .init(),
        ),
        LayerSpec::Dense(units, then) => {
            activation = *then;
            if let FeatureShape::Maps(_) = input {
                return Err(format!("it {}", ShapeError::NeedsVector(input)));
            }
            let units = match units {
                Units::Count(count) => *count,
                Units::Classes => build.classes,
            };
            Block::Dense((build.layers.dense(input.width(), units)).map_err(|e| e.to_string())?)
        }
        LayerSpec::BatchNorm => {
            Block::BatchNorm(BatchNormConfig::new(input.width()).init(build.layers.device()))
        }
        LayerSpec::Dropout(rate) => Block::Dropout(DropoutConfig::new(*rate).init()),
        LayerSpec::Activation(activation) => (*activation).into(),
        LayerSpec::GlobalAveragePool => Block::GlobalAveragePool(GlobalAveragePool),
        LayerSpec::Flatten => Block::Flatten(Flatten),
    };
    Ok([Some(block), activation.map(Block::from)]
        .into_iter()
        .flatten()
        .collect())
}

fn conv(
    slide: &SlideSpec,
    out_channels: usize,
    input: FeatureShape,
    build: &mut Build,
) -> Result<Block, String> {
    let FeatureShape::Maps([in_channels, ..]) = input else {
        return Err(format!("it {}", ShapeError::NeedsMaps(input.len())));
    };
    if !in_channels.is_multiple_of(slide.groups) || !out_channels.is_multiple_of(slide.groups) {
        return Err(format!(
            "{} groups must divide both the {in_channels} channels it receives and the {out_channels} it gives",
            slide.groups
        ));
    }
    let spec = ConvSpec {
        in_channels,
        out_channels,
        kernel_size: slide.kernel,
        stride: slide.stride,
        dilation: slide.dilation,
        groups: slide.groups,
        padding: slide.padding.clone(),
        bias: true,
    };
    let conv = build.layers.conv(spec).map_err(|error| error.to_string())?;
    Ok(Block::Conv(conv))
}
