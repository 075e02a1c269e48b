//! The course's first network: no convolution, every pixel connected to every hidden unit.

use burn::module::Module;
use burn::nn::Linear;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::Build;
use super::error::{BuildError, positive};
use super::layers::{ActivationLayer, Flatten, Layer, NamedLayers};
use super::settings::{Entry, Layered, NetworkSettings};

/// Settings of [`Dense`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DenseConfig {
    /// Units of the hidden layer.
    #[schemars(range(min = 1, max = 65536))]
    pub hidden: usize,
}

impl Default for DenseConfig {
    fn default() -> Self {
        Self { hidden: 128 }
    }
}

/// Flatten, dense 128, ReLU, dense `classes`.
#[derive(Module, Debug)]
pub struct Dense {
    dense1: Linear,
    dense2: Linear,
}

impl<N: From<Dense>> NetworkSettings<N> for DenseConfig {
    fn check(&self, _entry: &Entry) -> Result<(), BuildError> {
        positive("hidden", self.hidden)
    }

    fn build(&self, _entry: &Entry, build: &mut Build) -> Result<N, BuildError> {
        let network = Dense {
            dense1: build.layers.dense(build.input_len(), self.hidden)?,
            dense2: build.layers.dense(self.hidden, build.classes)?,
        };
        Ok(network.into())
    }
}

impl Layered for Dense {
    fn layers(&self) -> NamedLayers<'_> {
        NamedLayers::from([
            ("flatten", Layer::Flatten(&Flatten)),
            ("dense1", Layer::Dense(&self.dense1)),
            ("relu1", Layer::Activation(&ActivationLayer::RELU)),
            ("dense2", Layer::Dense(&self.dense2)),
        ])
    }
}
