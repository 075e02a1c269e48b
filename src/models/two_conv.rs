//! The course's convolutional network: two 3x3 convolutions, each followed by 2x2 max pooling.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::MaxPool2d;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, PaddingConfig2d};
use serde::{Deserialize, Serialize};

use super::{
    Activation, Build, BuildError, ConvSpec, Layer, NamedLayers, PaddingMode, dropout_rate,
    max_pool, positive, shape_after,
};

/// The course's variants: 64/64 without padding (default) and 32/64 with `padding = "same"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TwoConvConfig {
    /// Kernels of the first and the second convolution.
    pub conv_channels: [usize; 2],
    /// `valid` (none) or `same` (the convolution keeps the size).
    pub padding: PaddingMode,
    /// Units of the hidden dense layer.
    pub hidden: usize,
    /// Batch normalisation after each convolution (Ioffe and Szegedy 2015, arXiv 1502.03167).
    pub batch_norm: bool,
    /// Share of the hidden units left out at each training step, in `[0, 1)`.
    pub dropout: f64,
}

impl Default for TwoConvConfig {
    fn default() -> Self {
        Self {
            conv_channels: [64, 64],
            padding: PaddingMode::Valid,
            hidden: 128,
            batch_norm: false,
            dropout: 0.0,
        }
    }
}

/// Two blocks of convolution, (batch norm,) ReLU and max pooling, then two dense layers.
#[derive(Module, Debug)]
pub struct TwoConv {
    conv1: Conv2d,
    norm1: Option<BatchNorm>,
    conv2: Conv2d,
    norm2: Option<BatchNorm>,
    pool: MaxPool2d,
    dense1: Linear,
    dropout: Option<Dropout>,
    dense2: Linear,
}

impl TwoConvConfig {
    /// # Errors
    /// A size or `dropout` is out of range.
    pub fn check(&self) -> Result<(), BuildError> {
        for channels in self.conv_channels {
            positive("conv_channels", channels)?;
        }
        positive("hidden", self.hidden)?;
        dropout_rate("dropout", self.dropout)
    }

    /// # Errors
    /// A size is zero, `dropout` is out of range, or the image is too small for both blocks.
    pub fn build(&self, build: &mut Build) -> Result<TwoConv, BuildError> {
        self.check()?;
        let [first, second] = self.conv_channels;
        let padding = match self.padding {
            PaddingMode::Valid => PaddingConfig2d::Valid,
            PaddingMode::Same => PaddingConfig2d::Explicit(1, 1, 1, 1),
        };
        let conv1 = ConvSpec::new(build.input.channels, first, 3).padded(padding.clone());
        let conv1 = build.layers.conv(conv1)?;
        let conv2 = build
            .layers
            .conv(ConvSpec::new(first, second, 3).padded(padding))?;
        let pool = max_pool(2, 2);
        let features = [
            ("conv1", Layer::Conv(&conv1)),
            ("pool1", Layer::MaxPool(&pool)),
            ("conv2", Layer::Conv(&conv2)),
            ("pool2", Layer::MaxPool(&pool)),
        ];
        let flat = shape_after(features, build.input)?.len();
        let norm = |channels| {
            self.batch_norm
                .then(|| BatchNormConfig::new(channels).init(build.layers.device()))
        };
        let (norm1, norm2) = (norm(first), norm(second));
        Ok(TwoConv {
            conv1,
            norm1,
            conv2,
            norm2,
            pool,
            dense1: build.layers.dense(flat, self.hidden)?,
            dropout: (self.dropout > 0.0).then(|| DropoutConfig::new(self.dropout).init()),
            dense2: build.layers.dense(self.hidden, build.classes)?,
        })
    }
}

impl TwoConv {
    pub fn layers(&self) -> NamedLayers<'_> {
        let relu = Layer::Activation(Activation::Relu);
        let mut layers = vec![("conv1", Layer::Conv(&self.conv1))];
        layers.extend(
            self.norm1
                .iter()
                .map(|norm| ("norm1", Layer::BatchNorm(norm))),
        );
        layers.push(("relu1", relu));
        layers.push(("pool1", Layer::MaxPool(&self.pool)));
        layers.push(("conv2", Layer::Conv(&self.conv2)));
        layers.extend(
            self.norm2
                .iter()
                .map(|norm| ("norm2", Layer::BatchNorm(norm))),
        );
        layers.push(("relu2", relu));
        layers.push(("pool2", Layer::MaxPool(&self.pool)));
        layers.push(("flatten", Layer::Flatten));
        layers.push(("dense1", Layer::Dense(&self.dense1)));
        layers.push(("relu3", relu));
        layers.extend(
            self.dropout
                .iter()
                .map(|drop| ("dropout", Layer::Dropout(drop))),
        );
        layers.push(("dense2", Layer::Dense(&self.dense2)));
        layers
    }
}
