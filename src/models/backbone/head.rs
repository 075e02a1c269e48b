//! The layers behind the features: what is trained first when a network is put to another use.

use serde::{Deserialize, Serialize};

use super::super::assemble;
use super::super::block::{Block, Chain, GlobalAveragePool};
use super::super::layer::FeatureShape;
use super::super::spec::{self, LayerSpec};
use super::super::{Build, BuildError};

/// `head = "linear"`, `"own"`, or a list of layers as in a `sequential` network.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// Mean over height and width, then one dense layer.
    #[default]
    Linear,
    /// The published one, with as many outputs as there are classes.
    Own,
    #[serde(untagged)]
    Layers(Vec<String>),
}

const KEY: &str = "head";

impl Head {
    /// # Errors
    /// A layer is not understood, or a network that is cut is to keep its own head.
    pub fn check(&self, cut: bool) -> Result<(), BuildError> {
        match self {
            Head::Own if cut => Err(BuildError::OutOfRange {
                key: KEY,
                value: "\"own\"".into(),
                expected: "\"linear\" or a list of layers, because model.cut takes away what the network's own head is made for",
            }),
            Head::Layers(lines) if lines.is_empty() => Err(BuildError::OutOfRange {
                key: KEY,
                value: "[]".into(),
                expected: "\"linear\", \"own\", or layers such as [\"dense 128 relu\", \"dropout 0.5\", \"dense classes\"]",
            }),
            Head::Layers(lines) => assemble::check(lines, KEY),
            Head::Linear | Head::Own => Ok(()),
        }
    }

    /// The layers, behind features of shape `input`; where the first cannot take feature maps,
    /// their mean over height and width comes before it.
    pub(super) fn build(
        &self,
        input: FeatureShape,
        build: &mut Build,
    ) -> Result<Chain, BuildError> {
        let lines = match self {
            Head::Layers(lines) => lines.clone(),
            Head::Linear | Head::Own => vec!["dense classes".to_string()],
        };
        let first = lines.first().and_then(|line| spec::parse(line).ok());
        let pooled = matches!(first, Some(LayerSpec::Dense(..) | LayerSpec::Dropout(_)));
        let mut chain = Chain::new();
        if let (true, FeatureShape::Maps(_)) = (pooled, input) {
            let mean = Block::GlobalAveragePool(GlobalAveragePool);
            chain.push("head.global-avg-pool", mean);
        }
        let shape = chain.shape_after(input)?;
        chain.append(assemble::chain(&lines, KEY, "head.", shape, build)?);
        Ok(chain)
    }
}
