//! The course's convolutional network: two 3x3 convolutions, each followed by 2x2 max pooling.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::MaxPool2d;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::Build;
use super::conv_spec::ConvSpec;
use super::error::{BuildError, dropout_rate, positive};
use super::layers::{ActivationLayer, Flatten, Layer, NamedLayers, max_pool, output_shape};
use super::settings::{Entry, Layered, NetworkSettings};
use crate::operations::PaddingMode;

/// The course's variants: 64/64 without padding (default) and 32/64 with `padding = "same"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TwoConvConfig {
    /// Output channels of the first and the second convolution.
    #[schemars(inner(range(min = 1, max = 65536)))]
    pub conv_channels: [usize; 2],
    /// Zeros around the input of each convolution.
    pub padding: PaddingMode,
    /// Units of the hidden dense layer.
    #[schemars(range(min = 1, max = 65536))]
    pub hidden: usize,
    /// Batch normalisation after each convolution (Ioffe and Szegedy 2015, arXiv 1502.03167).
    pub batch_norm: bool,
    /// Share of the hidden units that are dropped at each training step.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
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

impl<N: From<TwoConv>> NetworkSettings<N> for TwoConvConfig {
    fn check(&self, _entry: &Entry) -> Result<(), BuildError> {
        for channels in self.conv_channels {
            positive("conv_channels", channels)?;
        }
        positive("hidden", self.hidden)?;
        dropout_rate("dropout", self.dropout)
    }

    fn build(&self, _entry: &Entry, build: &mut Build) -> Result<N, BuildError> {
        let [first, second] = self.conv_channels;
        let zeros = match self.padding {
            PaddingMode::Valid => 0,
            PaddingMode::Same => 1,
        };
        let conv1 = ConvSpec::new(build.input.channels, first, 3).zeros(zeros);
        let conv1 = build.layers.conv(conv1)?;
        let conv2 = ConvSpec::new(first, second, 3).zeros(zeros);
        let conv2 = build.layers.conv(conv2)?;
        let pool = max_pool(2, 2);
        let features = [
            ("conv1", Layer::Conv(&conv1)),
            ("pool1", Layer::MaxPool(&pool)),
            ("conv2", Layer::Conv(&conv2)),
            ("pool2", Layer::MaxPool(&pool)),
        ];
        let flat = output_shape(features, build.input)?.len();
        let norm = |channels| {
            self.batch_norm
                .then(|| BatchNormConfig::new(channels).init(build.layers.device()))
        };
        let (norm1, norm2) = (norm(first), norm(second));
        let network = TwoConv {
            conv1,
            norm1,
            conv2,
            norm2,
            pool,
            dense1: build.layers.dense(flat, self.hidden)?,
            dropout: (self.dropout > 0.0).then(|| DropoutConfig::new(self.dropout).init()),
            dense2: build.layers.dense(self.hidden, build.classes)?,
        };
        Ok(network.into())
    }
}

impl Layered for TwoConv {
    fn layers(&self) -> NamedLayers<'_> {
        let relu = Layer::Activation(&ActivationLayer::RELU);
        let pool = Layer::MaxPool(&self.pool);
        let mut layers = vec![("conv1", Layer::Conv(&self.conv1))];
        layers.extend(
            self.norm1
                .iter()
                .map(|norm| ("norm1", Layer::BatchNorm(norm))),
        );
        layers.extend([("relu1", relu), ("pool1", pool)]);
        layers.push(("conv2", Layer::Conv(&self.conv2)));
        layers.extend(
            self.norm2
                .iter()
                .map(|norm| ("norm2", Layer::BatchNorm(norm))),
        );
        layers.extend([("relu2", relu), ("pool2", pool)]);
        layers.push(("flatten", Layer::Flatten(&Flatten)));
        layers.extend([("dense1", Layer::Dense(&self.dense1)), ("relu3", relu)]);
        let dropout = self.dropout.iter();
        layers.extend(dropout.map(|dropout| ("dropout", Layer::Dropout(dropout))));
        layers.push(("dense2", Layer::Dense(&self.dense2)));
        layers
    }
}
