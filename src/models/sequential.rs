//! A network as a list in the configuration, so that a learner can edit, remove and add layers
//! without writing Rust.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear};
use serde::{Deserialize, Serialize};

use super::layer::{FeatureShape, ShapeError};
use super::spec::{self, LayerSpec, SlideSpec, Units};
use super::{Activation, Build, BuildError, ConvSpec, Layer, NamedLayers};

/// `layers = ["conv 32 3x3 same", "batch-norm", "relu", "max-pool 2x2", "flatten", "dense classes"]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SequentialConfig {
    pub layers: Vec<String>,
}

/// The layers one after the other.
#[derive(Module, Debug)]
pub struct Sequential {
    layers: Vec<Block>,
    #[module(skip)]
    names: Vec<String>,
}

/// A layer that owns its weights.
#[derive(Module, Debug)]
enum Block {
    Conv(Conv2d),
    BatchNorm(BatchNorm),
    MaxPool(MaxPool2d),
    AveragePool(AvgPool2d),
    Dense(Linear),
    Dropout(Dropout),
    Relu(Relu),
    Tanh(Tanh),
    GlobalAveragePool(GlobalAveragePool),
    Flatten(Flatten),
}

#[derive(Module, Debug)]
struct Relu;
#[derive(Module, Debug)]
struct Tanh;
#[derive(Module, Debug)]
struct GlobalAveragePool;
#[derive(Module, Debug)]
struct Flatten;

impl SequentialConfig {
    /// # Errors
    /// The list is empty or a layer is not understood.
    pub fn check(&self) -> Result<(), BuildError> {
        if self.layers.is_empty() {
            return Err(BuildError::NoLayers);
        }
        for (index, text) in self.layers.iter().enumerate() {
            spec::parse(text).map_err(|reason| BuildError::LayerText {
                index,
                text: text.clone(),
                reason,
            })?;
        }
        Ok(())
    }

    /// # Errors
    /// The list is empty, a layer is not understood, or it does not fit what comes before it.
    pub fn build(&self, build: &mut Build) -> Result<Sequential, BuildError> {
        if self.layers.is_empty() {
            return Err(BuildError::NoLayers);
        }
        let mut network = Sequential {
            layers: Vec::new(),
            names: Vec::new(),
        };
        let mut shape = FeatureShape::from(build.input);
        for (index, text) in self.layers.iter().enumerate() {
            let wrong = |reason: String| BuildError::LayerText {
                index,
                text: text.clone(),
                reason,
            };
            let spec = spec::parse(text).map_err(wrong)?;
            for block in blocks(&spec, shape, build).map_err(wrong)? {
                shape = block
                    .layer()
                    .output_shape(shape)
                    .map_err(|error| wrong(format!("it {error}")))?;
                network.push(block);
            }
        }
        Ok(network)
    }
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
    };
    let conv = build.layers.conv(spec).map_err(|error| error.to_string())?;
    Ok(Block::Conv(conv))
}

impl From<Activation> for Block {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Relu => Block::Relu(Relu),
            Activation::Tanh => Block::Tanh(Tanh),
        }
    }
}

impl Block {
    fn layer(&self) -> Layer<'_> {
        match self {
            Block::Conv(conv) => Layer::Conv(conv),
            Block::BatchNorm(norm) => Layer::BatchNorm(norm),
            Block::MaxPool(pool) => Layer::MaxPool(pool),
            Block::AveragePool(pool) => Layer::AveragePool(pool),
            Block::Dense(dense) => Layer::Dense(dense),
            Block::Dropout(dropout) => Layer::Dropout(dropout),
            Block::Relu(_) => Layer::Activation(Activation::Relu),
            Block::Tanh(_) => Layer::Activation(Activation::Tanh),
            Block::GlobalAveragePool(_) => Layer::GlobalAveragePool,
            Block::Flatten(_) => Layer::Flatten,
        }
    }
}

impl Sequential {
    /// Names a layer after its kind and how many of that kind came before: `conv1`, `conv2`.
    fn push(&mut self, block: Block) {
        let kind = block.layer().kind();
        let number = 1
            + (self.layers.iter())
                .filter(|block| block.layer().kind() == kind)
                .count();
        self.names.push(format!("{kind}{number}"));
        self.layers.push(block);
    }

    pub fn layers(&self) -> NamedLayers<'_> {
        let blocks = self.layers.iter().map(Block::layer);
        self.names.iter().map(String::as_str).zip(blocks).collect()
    }
}
