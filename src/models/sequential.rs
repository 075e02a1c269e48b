//! A network as a list in the configuration, so that a learner can edit, remove and add layers
//! without writing Rust.

use burn::module::Module;
use serde::{Deserialize, Serialize};

use super::block::Chain;
use super::{Build, BuildError, NamedLayers, assemble};

const KEY: &str = "layers";

/// `layers = ["conv 32 3x3 same", "batch-norm", "relu", "max-pool 2x2", "flatten", "dense classes"]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SequentialConfig {
    pub layers: Vec<String>,
}

/// The layers one after the other.
#[derive(Module, Debug)]
pub struct Sequential {
    layers: Chain,
}

impl SequentialConfig {
    /// # Errors
    /// The list is empty or a layer is not understood.
    pub fn check(&self) -> Result<(), BuildError> {
        match self.layers.is_empty() {
            true => Err(BuildError::NoLayers),
            false => assemble::check(&self.layers, KEY),
        }
    }

    /// # Errors
    /// The list is empty, a layer is not understood, or it does not fit what comes before it.
    pub fn build(&self, build: &mut Build) -> Result<Sequential, BuildError> {
        if self.layers.is_empty() {
            return Err(BuildError::NoLayers);
        }
        let layers = assemble::chain(&self.layers, KEY, "", build.input.into(), build)?;
        Ok(Sequential { layers })
    }
}

impl Sequential {
    pub fn layers(&self) -> NamedLayers<'_> {
        self.layers.layers()
    }
}
