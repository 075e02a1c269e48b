//! The layers behind the features: a new head is trained first when a network is fine-tuned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::build::Build;
use super::super::error::BuildError;
use super::super::layers::{Chain, GlobalAveragePool, output_shape};
use super::super::list;
use super::super::setting_schema::layers_schema;
use super::super::shape::FeatureShape;

/// `head = "linear"`, `"own"`, or a list of layers as in a `sequential` network.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    expecting = "expected \"linear\", \"own\", or a list of layers such as [\"dense classes\"]"
)]
pub enum Head {
    /// Mean over height and width, then one dense layer.
    #[default]
    Linear,
    /// The published one, with as many outputs as there are classes.
    Own,
    /// Layers as in a `sequential` network.
    #[serde(untagged)]
    #[schemars(schema_with = "layers_schema")]
    Layers(Vec<String>),
}

const KEY: &str = "head";

impl Head {
    /// Checks the layers; `cut` says whether `model.cut` removes the last features.
    ///
    /// # Errors
    /// A layer cannot be parsed, or the head is the published one although the network is cut.
    pub fn check(&self, cut: bool) -> Result<(), BuildError> {
        match self {
            Head::Own if cut => Err(BuildError::OutOfRange {
                key: KEY,
                value: "\"own\"".into(),
                expected: "\"linear\" or a list of layers, because model.cut removes the features that the network's own head reads",
            }),
            Head::Layers(lines) if lines.is_empty() => Err(BuildError::OutOfRange {
                key: KEY,
                value: "[]".into(),
                expected: "\"linear\", \"own\", or layers such as [\"dense 128 relu\", \"dropout 0.5\", \"dense classes\"]",
            }),
            Head::Layers(lines) => list::check(lines, KEY),
            Head::Linear | Head::Own => Ok(()),
        }
    }

    /// The layers, behind features of shape `input`. Global average pooling comes first where the
    /// features are maps and the first layer works on vectors.
    pub(super) fn build(
        &self,
        input: FeatureShape,
        build: &mut Build,
    ) -> Result<Chain, BuildError> {
        let lines = match self {
            Head::Layers(lines) => lines.clone(),
            Head::Linear | Head::Own => vec!["dense classes".to_string()],
        };
        let first = lines.first().and_then(|line| list::parse(line).ok());
        let takes_vectors = first.is_some_and(|layer| layer.takes_vectors);
        let mut chain = Chain::new();
        if let (true, FeatureShape::Maps(_)) = (takes_vectors, input) {
            chain.push("head.global-avg-pool", GlobalAveragePool);
        }
        let shape = output_shape(chain.layers(), input)?;
        chain.append(list::chain(&lines, KEY, "head.", shape, build)?);
        Ok(chain)
    }
}
