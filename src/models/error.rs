//! Why a network cannot be built.

use super::shape::{FeatureShape, ShapeError};
use crate::pixels::ImageShape;

/// Why a network cannot be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("layer {layer} of the network does not fit")]
    Shape {
        layer: String,
        source: Box<ShapeError>,
    },
    #[error(
        "images of {received} are too small for this network: layer {layer} would receive less than its window covers; the network is designed for {designed_for}, so set data.height and data.width, or end the features before that layer with model.cut"
    )]
    SmallImages {
        received: ImageShape,
        layer: String,
        designed_for: ImageShape,
    },
    #[error("model.{key} = {value} is out of range: {expected}")]
    OutOfRange {
        key: &'static str,
        value: String,
        expected: &'static str,
    },
    #[error(
        "model.{key} = \"{name}\": there is no such layer{hint}; the last one is \"{last}\", and `convlab models NAME` lists all"
    )]
    NoLayer {
        key: &'static str,
        name: String,
        hint: String,
        last: String,
    },
    #[error("model.{key}[{index}] = \"{text}\": {reason}")]
    LayerText {
        /// `layers` or `head`
        key: &'static str,
        index: usize,
        text: String,
        reason: String,
    },
    #[error("model.layers is empty; write the layers in order, e.g. {example}")]
    NoLayers { example: &'static str },
    #[error(
        "a layer would have {} weights, more than the {limit} a whole network may have; use fewer units or channels, or pool before the dense layer",
        .factors.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
    )]
    TooManyWeights {
        /// The shape of the layer's weight.
        factors: Vec<usize>,
        limit: usize,
    },
    #[error(
        "the network ends with {received} values, but the data has {classes} classes; end it with \"dense classes\" (or global average pooling over {classes} channels)"
    )]
    Output {
        received: FeatureShape,
        classes: usize,
    },
}

impl BuildError {
    /// The key below `[model]` at fault, e.g. `hidden` or `layers[2]`, and what was expected.
    pub fn into_key_and_reason(self) -> (String, String) {
        match self {
            BuildError::OutOfRange {
                key,
                value,
                expected,
            } => (key.into(), format!("expected {expected}, received {value}")),
            BuildError::LayerText {
                key,
                index,
                text,
                reason,
            } => (format!("{key}[{index}]"), format!("\"{text}\": {reason}")),
            BuildError::NoLayers { example } => (
                "layers".into(),
                format!("write the layers in order, e.g. {example}"),
            ),
            other => ("name".into(), other.to_string()),
        }
    }
}

impl From<(String, Box<ShapeError>)> for BuildError {
    fn from((layer, source): (String, Box<ShapeError>)) -> Self {
        BuildError::Shape { layer, source }
    }
}

/// Checks a number of units or channels, the setting `key`.
///
/// # Errors
/// `value` is outside 1 to 65536.
pub fn positive(key: &'static str, value: usize) -> Result<(), BuildError> {
    match value {
        1..=65_536 => Ok(()),
        _ => Err(BuildError::OutOfRange {
            key,
            value: value.to_string(),
            expected: "a whole number from 1 to 65536",
        }),
    }
}

/// Checks a dropout rate, the setting `key`.
///
/// # Errors
/// `value` is outside `[0, 1)`.
pub fn dropout_rate(key: &'static str, value: f64) -> Result<(), BuildError> {
    match (0.0..1.0).contains(&value) {
        true => Ok(()),
        false => Err(BuildError::OutOfRange {
            key,
            value: value.to_string(),
            expected: "at least 0 and less than 1",
        }),
    }
}
