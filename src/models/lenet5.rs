//! LeNet-5, the network that read cheques: two convolutions with subsampling, three dense layers.
//!
//! LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition"
//! (1998), figure 2. Deviations, as in today's textbooks: the second convolution sees all six
//! maps, subsampling has no weights of its own, the last layer is a dense layer with softmax in
//! place of radial basis functions, and a 28x28 image is padded by 2 in the first convolution
//! where the paper takes 32x32.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AvgPool2d, MaxPool2d};
use burn::nn::{Linear, PaddingConfig2d};
use serde::{Deserialize, Serialize};

use super::{
    Activation, Build, BuildError, ConvSpec, Layer, NamedLayers, Pooling, average_pool, max_pool,
    shape_after,
};

/// The paper's network is `tanh` with `average`; today's habit is `relu` with `max`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeNet5Config {
    pub activation: Activation,
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
    #[module(skip)]
    config: LeNet5Config,
}

impl LeNet5Config {
    /// # Errors
    /// None: every value of both settings fits.
    pub fn check(&self) -> Result<(), BuildError> {
        Ok(())
    }

    /// # Errors
    /// The image is too small for two 5x5 convolutions with pooling.
    pub fn build(&self, build: &mut Build) -> Result<LeNet5, BuildError> {
        let same = PaddingConfig2d::Explicit(2, 2, 2, 2);
        let conv1 = build
            .layers
            .conv(ConvSpec::new(build.input.channels, 6, 5).padded(same))?;
        let conv2 = build.layers.conv(ConvSpec::new(6, 16, 5))?;
        let pool = average_pool(2, 2);
        let features = [
            ("conv1", Layer::Conv(&conv1)),
            ("pool1", Layer::AveragePool(&pool)),
            ("conv2", Layer::Conv(&conv2)),
            ("pool2", Layer::AveragePool(&pool)),
        ];
        let flat = shape_after(features, build.input)?.len();
        Ok(LeNet5 {
            dense1: build.layers.dense(flat, 120)?,
            dense2: build.layers.dense(120, 84)?,
            dense3: build.layers.dense(84, build.classes)?,
            conv1,
            conv2,
            average_pool: pool,
            max_pool: max_pool(2, 2),
            config: self.clone(),
        })
    }
}

impl LeNet5 {
    pub fn layers(&self) -> NamedLayers<'_> {
        let activation = Layer::Activation(self.config.activation);
        let pool = match self.config.pooling {
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
            ("flatten", Layer::Flatten),
            ("dense1", Layer::Dense(&self.dense1)),
            ("activation3", activation),
            ("dense2", Layer::Dense(&self.dense2)),
            ("activation4", activation),
            ("dense3", Layer::Dense(&self.dense3)),
        ])
    }
}
