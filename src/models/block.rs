//! Layers that own their weights, and chains of them with names.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, Linear};

use super::{Activation, Build, BuildError, ConvSpec, FeatureShape, Layer, NamedLayers};

/// A layer that owns its weights.
#[derive(Module, Debug)]
pub enum Block {
    Conv(Conv2d),
    BatchNorm(BatchNorm),
    MaxPool(MaxPool2d),
    AveragePool(AvgPool2d),
    AdaptiveAveragePool(AdaptiveAvgPool2d),
    Dense(Linear),
    Dropout(Dropout),
    Activation(Activated),
    GlobalAveragePool(GlobalAveragePool),
    Flatten(Flatten),
    Subsample(Subsample),
    Residual(Residual),
}

#[derive(Module, Debug)]
pub struct Activated {
    #[module(skip)]
    pub kind: Activation,
}

#[derive(Module, Debug)]
pub struct GlobalAveragePool;

#[derive(Module, Debug)]
pub struct Flatten;

/// A shortcut without weights: every `stride`-th pixel, and channels of zeros around the others
/// ("option A" in He et al. 2015, arXiv 1512.03385, section 3.3).
#[derive(Module, Debug)]
pub struct Subsample {
    pub stride: usize,
    /// Channels of zeros `[before, after]`.
    pub zeros: [usize; 2],
}

/// `activation(body(x) + shortcut(x))`, see He et al. 2015 (arXiv 1512.03385), figure 2.
#[derive(Module, Debug)]
pub struct Residual {
    pub body: Chain,
    /// Empty where `x` is added as it is.
    pub shortcut: Chain,
    /// Of the sum; none in MobileNet v2.
    #[module(skip)]
    pub activation: Option<Activation>,
}

/// Layers one after the other.
#[derive(Module, Debug)]
pub struct Chain {
    blocks: Vec<Block>,
    #[module(skip)]
    names: Vec<String>,
}

impl From<Activation> for Block {
    fn from(kind: Activation) -> Self {
        Block::Activation(Activated { kind })
    }
}

impl Block {
    pub fn layer(&self) -> Layer<'_> {
        match self {
            Block::Conv(conv) => Layer::Conv(conv),
            Block::BatchNorm(norm) => Layer::BatchNorm(norm),
            Block::MaxPool(pool) => Layer::MaxPool(pool),
            Block::AveragePool(pool) => Layer::AveragePool(pool),
            Block::AdaptiveAveragePool(pool) => Layer::AdaptiveAveragePool(pool),
            Block::Dense(dense) => Layer::Dense(dense),
            Block::Dropout(dropout) => Layer::Dropout(dropout),
            Block::Activation(Activated { kind }) => Layer::Activation(*kind),
            Block::GlobalAveragePool(_) => Layer::GlobalAveragePool,
            Block::Flatten(_) => Layer::Flatten,
            Block::Subsample(subsample) => Layer::Subsample(subsample),
            Block::Residual(residual) => Layer::Residual(residual),
        }
    }

    /// Batch normalisation of `channels` with fresh statistics.
    pub fn batch_norm(config: &BatchNormConfig, build: &Build) -> Self {
        Block::BatchNorm(config.init(build.layers.device()))
    }
}

impl Chain {
    pub fn new() -> Self {
        Self {
            blocks: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Puts `block` at the end.
    pub fn push(&mut self, name: impl Into<String>, block: impl Into<Block>) {
        self.names.push(name.into());
        self.blocks.push(block.into());
    }

    /// Puts a convolution without bias and its batch norm at the end.
    ///
    /// # Errors
    /// The network would have too many weights.
    pub fn push_conv_norm(
        &mut self,
        build: &mut Build,
        [conv, norm]: [&str; 2],
        spec: ConvSpec,
        config: impl Fn(usize) -> BatchNormConfig,
    ) -> Result<(), BuildError> {
        let config = config(spec.out_channels);
        self.push(conv, Block::Conv(build.layers.conv(spec.unbiased())?));
        self.push(norm, Block::batch_norm(&config, build));
        Ok(())
    }

    /// Puts the layers of `other` at the end.
    pub fn append(&mut self, other: Chain) {
        self.blocks.extend(other.blocks);
        self.names.extend(other.names);
    }

    /// Keeps the first `count` layers.
    pub fn truncate(&mut self, count: usize) {
        self.blocks.truncate(count);
        self.names.truncate(count);
    }

    /// The layers in the order the data passes them.
    pub fn layers(&self) -> NamedLayers<'_> {
        let blocks = self.blocks.iter().map(Block::layer);
        self.names.iter().map(String::as_str).zip(blocks).collect()
    }

    /// The shape after all layers.
    ///
    /// # Errors
    /// The first layer that does not fit.
    pub fn shape_after(&self, input: impl Into<FeatureShape>) -> Result<FeatureShape, BuildError> {
        Ok(super::shape_after(self.layers(), input)?)
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}
