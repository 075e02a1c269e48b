//! Lists of layers in the configuration: `layers = ["conv 32 3x3 same relu", ...]`.

use super::build::Build;
use super::error::BuildError;
use super::layers::{Block, Chain, LayerSpec, PARSERS, Tokens};
use super::shape::FeatureShape;
use crate::text::did_you_mean;

/// A small network, shown where a list of layers is missing.
pub const EXAMPLE: &str =
    r#"["conv 32 3x3 same relu", "max-pool 2x2", "flatten", "dense 128 relu", "dense classes"]"#;

/// A line of a list: it can be built once the shape of its input is known.
pub struct ParsedLayer {
    spec: LayerSpec<Block>,
    /// Whether the layer works on vectors: a head that begins with it pools feature maps first.
    pub takes_vectors: bool,
}

impl ParsedLayer {
    /// Builds the layer, and the activation after it as a layer of its own.
    fn build(self, input: FeatureShape, build: &mut Build) -> Result<Vec<Block>, String> {
        let activation = self.spec.activation;
        let mut blocks = vec![self.spec.build(input, build)?];
        blocks.extend(activation.map(Block::from));
        Ok(blocks)
    }
}

/// Parses one layer: `conv 32 3x3 same relu`.
///
/// # Errors
/// A sentence that says what was expected and what was received.
pub fn parse(text: &str) -> Result<ParsedLayer, String> {
    let mut tokens = Tokens::new(text);
    let name = tokens.take().ok_or("a layer needs a name")?;
    let Some(kind) = PARSERS.iter().find(|kind| kind.names.contains(&name)) else {
        let names: Vec<&str> = PARSERS
            .iter()
            .flat_map(|kind| kind.names)
            .copied()
            .collect();
        let hint = did_you_mean(name, names.iter().copied());
        return Err(format!(
            "unknown layer \"{name}\"{hint}; layers are {}",
            names.join(", ")
        ));
    };
    let spec = (kind.parse)(name, &mut tokens)?;
    match tokens.take() {
        None => Ok(ParsedLayer {
            spec,
            takes_vectors: kind.takes_vectors,
        }),
        Some(word) => Err(format!(
            "\"{word}\" is not understood here; an example of the layer is \"{}\"",
            kind.example
        )),
    }
}

/// Checks that all `lines` of the setting `key` can be parsed.
///
/// # Errors
/// The first line that cannot.
pub fn check(lines: &[String], key: &'static str) -> Result<(), BuildError> {
    for (index, text) in lines.iter().enumerate() {
        parse(text).map_err(|reason| wrong(key, index, text, reason))?;
    }
    Ok(())
}

/// Builds the layers of `lines` for an input of shape `input`. Their names are `prefix`, the kind of
/// layer and a number: `conv1`, `conv2`.
///
/// # Errors
/// A line cannot be parsed, or the layer does not fit the one before it.
pub fn chain(
    lines: &[String],
    key: &'static str,
    prefix: &str,
    input: FeatureShape,
    build: &mut Build,
) -> Result<Chain, BuildError> {
    let mut chain = Chain::new();
    let mut shape = input;
    for (index, text) in lines.iter().enumerate() {
        let wrong = |reason| wrong(key, index, text, reason);
        let parsed = parse(text).map_err(wrong)?;
        for block in parsed.build(shape, build).map_err(wrong)? {
            let layer = block.as_layer();
            shape = (layer.output_shape(shape)).map_err(|error| wrong(format!("it {error}")))?;
            let kind = layer.kind();
            let layers = chain.layers();
            let earlier = layers.iter().filter(|(_, layer)| layer.kind() == kind);
            let name = format!("{prefix}{kind}{}", 1 + earlier.count());
            chain.push(name, block);
        }
    }
    Ok(chain)
}

fn wrong(key: &'static str, index: usize, text: &str, reason: String) -> BuildError {
    BuildError::LayerText {
        key,
        index,
        text: text.to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests;
