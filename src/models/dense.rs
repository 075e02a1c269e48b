//! The course's first network: no convolution, every pixel connected to every hidden unit.

use burn::module::Module;
use burn::nn::Linear;
use serde::{Deserialize, Serialize};

use super::{Activation, Build, BuildError, Layer, NamedLayers, input_len, positive};

/// Width of the hidden layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DenseConfig {
    /// Units of the hidden layer.
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

impl DenseConfig {
    /// # Errors
    /// `hidden` is out of range.
    pub fn check(&self) -> Result<(), BuildError> {
        positive("hidden", self.hidden)
    }

    /// # Errors
    /// `hidden` is zero.
    pub fn build(&self, build: &mut Build) -> Result<Dense, BuildError> {
        self.check()?;
        Ok(Dense {
            dense1: build.layers.dense(input_len(build), self.hidden)?,
            dense2: build.layers.dense(self.hidden, build.classes)?,
        })
    }
}

impl Dense {
    pub fn layers(&self) -> NamedLayers<'_> {
        NamedLayers::from([
            ("flatten", Layer::Flatten),
            ("dense1", Layer::Dense(&self.dense1)),
            ("relu1", Layer::Activation(Activation::Relu)),
            ("dense2", Layer::Dense(&self.dense2)),
        ])
    }
}
