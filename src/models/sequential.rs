//! A network as a list in the configuration, so that a learner can edit, remove and add layers
//! without writing Rust.

use burn::module::Module;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::Build;
use super::error::BuildError;
use super::layers::{Chain, NamedLayers};
use super::list;
use super::setting_schema::layers_schema;
use super::settings::{Entry, Layered, NetworkSettings};

const KEY: &str = "layers";

/// `layers = ["conv 32 3x3 same", "batch-norm", "relu", "max-pool 2x2", "flatten", "dense classes"]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("required" = ["layers"]))]
pub struct SequentialConfig {
    /// The layers in order, each with its sizes and perhaps an activation after it; `classes` is the
    /// number of classes of the data.
    #[schemars(schema_with = "layers_schema")]
    pub layers: Vec<String>,
}

/// The layers one after the other.
#[derive(Module, Debug)]
pub struct Sequential {
    layers: Chain,
}

impl<N: From<Sequential>> NetworkSettings<N> for SequentialConfig {
    fn check(&self, _entry: &Entry) -> Result<(), BuildError> {
        match self.layers.is_empty() {
            true => Err(BuildError::NoLayers {
                example: list::EXAMPLE,
            }),
            false => list::check(&self.layers, KEY),
        }
    }

    fn build(&self, _entry: &Entry, build: &mut Build) -> Result<N, BuildError> {
        let layers = list::chain(&self.layers, KEY, "", build.input.into(), build)?;
        Ok(Sequential { layers }.into())
    }
}

impl Layered for Sequential {
    fn layers(&self) -> NamedLayers<'_> {
        self.layers.layers()
    }
}
