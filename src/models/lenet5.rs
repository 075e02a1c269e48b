//! LeNet-5, designed to read handwritten digits: two convolutions with subsampling, and three dense
//! layers.
//!
//! LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition"
//! (1998), figure 2. Deviations, as in today's textbooks: the second convolution reads all six
//! maps, subsampling has no weights of its own, the last layer is a dense layer with softmax in
//! place of radial basis functions, and a 28x28 image is padded by 2 in the first convolution
//! where the paper takes 32x32.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AvgPool2d, MaxPool2d};
use kernels::Activation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::Build;
use super::conv_spec::ConvSpec;
use super::error::BuildError;
use super::layers::{
    ActivationLayer, Flatten, Layer, NamedLayers, average_pool, max_pool, output_shape,
};
use super::setting_schema::activation_schema;
use super::settings::{Entry, Layered, NetworkSettings};

/// The paper uses `tanh` and `average`; `relu` and `max` are usual today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeNet5Config {
    /// The function after each layer but the last.
    #[schemars(schema_with = "activation_schema")]
    pub activation: Activation,
    /// How a pooling window is summarised.
    pub pooling: Pooling,
}

impl Default for LeNet5Config {
    fn default() -> Self {
        Self {
            activation: Activation::Tanh,
            pooling: Pooling::Average,
        }
    }
}

/// How a pooling window is summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// By its mean.
    Average,
    /// By its largest value.
    Max,
}

/// 6 and 16 maps by 5x5 convolutions, then 120, 84 and `classes` units.
#[derive(Module, Debug)]
pub struct LeNet5 {
    conv1: Conv2d,
    conv2: Conv2d,
    dense1: Linear,
    dense2: Linear,
    dense3: Linear,
    average_pool: AvgPool2d,
    max_pool: MaxPool2d,
    activation: ActivationLayer,
    #[module(skip)]
    pooling: Pooling,
}

impl<N: From<LeNet5>> NetworkSettings<N> for LeNet5Config {
    fn check(&self, _entry: &Entry) -> Result<(), BuildError> {
        Ok(())
    }

    fn build(&self, _entry: &Entry, build: &mut Build) -> Result<N, BuildError> {
        let conv1 = ConvSpec::new(build.input.channels, 6, 5).zeros(2);
        let conv1 = build.layers.conv(conv1)?;
        let conv2 = build.layers.conv(ConvSpec::new(6, 16, 5))?;
        let pool = average_pool(2, 2);
        let features = [
            ("conv1", Layer::Conv(&conv1)),
            ("pool1", Layer::AveragePool(&pool)),
            ("conv2", Layer::Conv(&conv2)),
            ("pool2", Layer::AveragePool(&pool)),
        ];
        let flat = output_shape(features, build.input)?.len();
        let network = LeNet5 {
            dense1: build.layers.dense(flat, 120)?,
            dense2: build.layers.dense(120, 84)?,
            dense3: build.layers.dense(84, build.classes)?,
            conv1,
            conv2,
            average_pool: pool,
            max_pool: max_pool(2, 2),
            activation: ActivationLayer::new(self.activation),
            pooling: self.pooling,
        };
        Ok(network.into())
    }
}

impl Layered for LeNet5 {
    fn layers(&self) -> NamedLayers<'_> {
        let activation = Layer::Activation(&self.activation);
        let pool = match self.pooling {
            Pooling::Average => Layer::AveragePool(&self.average_pool),
            Pooling::Max => Layer::MaxPool(&self.max_pool),
        };
        NamedLayers::from([
            ("conv1", Layer::Conv(&self.conv1)),
            ("activation1", activation),
            ("pool1", pool),
            ("conv2", Layer::Conv(&self.conv2)),
            ("activation2", activation),
            ("pool2", pool),
            ("flatten", Layer::Flatten(&Flatten)),
            ("dense1", Layer::Dense(&self.dense1)),
            ("activation3", activation),
            ("dense2", Layer::Dense(&self.dense2)),
            ("activation4", activation),
            ("dense3", Layer::Dense(&self.dense3)),
        ])
    }
}
