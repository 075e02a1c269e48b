//! A network as features, and a head that classifies by them.

use burn::module::Module;

use super::super::build::Build;
use super::super::error::BuildError;
use super::super::layers::{Chain, Layer, NamedLayers, output_shape};
use super::architecture::Architecture;
use super::config::BackboneConfig;
use super::head::Head;
use crate::text::did_you_mean;

/// A network with features and a head.
#[derive(Module, Debug)]
pub struct Backbone {
    pub features: Chain,
    pub head: Chain,
}

impl Backbone {
    /// Builds the network of `architecture` as `config` has it.
    ///
    /// # Errors
    /// There is no layer `cut`, a layer of `head` does not fit, or the image is too small.
    pub fn build(
        config: &BackboneConfig,
        architecture: &Architecture,
        build: &mut Build,
    ) -> Result<Self, BuildError> {
        let mut features = (architecture.features)(config, build)?;
        if let Some(cut) = &config.cut {
            let count = count_up_to(&features.layers(), cut)?;
            features.truncate(count);
        }
        let shape = output_shape(features.layers(), build.input);
        let shape = shape.map_err(|(layer, source)| match source.is_about_size() {
            true => BuildError::SmallImages {
                received: build.input,
                layer,
                designed_for: architecture.input,
            },
            false => BuildError::Shape { layer, source },
        })?;
        let head = match &config.head {
            Head::Own => (architecture.head)(config, shape, build)?,
            head => head.build(shape, build)?,
        };
        Ok(Self { features, head })
    }

    /// The head alone, for features that are already computed.
    pub fn head_alone(&self) -> Backbone {
        Backbone {
            features: Chain::new(),
            head: self.head.clone(),
        }
    }

    /// The layers whose output can be computed once and stored while they are frozen: the features,
    /// and the global average pooling if the head begins with it.
    pub fn frozen_layers(&self) -> NamedLayers<'_> {
        let mut layers = self.features.layers();
        let head = self.head.layers();
        let mean = |(_, layer): &&(&str, Layer)| matches!(layer, Layer::GlobalAveragePool(_));
        layers.extend(head.first().filter(mean));
        layers
    }

    /// All layers, in the order the data passes them.
    pub fn layers(&self) -> NamedLayers<'_> {
        let mut layers = self.features.layers();
        layers.extend(self.head.layers());
        layers
    }
}

/// Number of layers up to `cut`, including the batch norm and activation after it.
///
/// # Errors
/// There is no layer `cut`.
fn count_up_to(layers: &[(&str, Layer)], cut: &str) -> Result<usize, BuildError> {
    let names = || layers.iter().map(|(name, _)| *name);
    let Some(position) = names().position(|name| name == cut) else {
        return Err(BuildError::NoLayer {
            key: "cut",
            name: cut.to_string(),
            hint: did_you_mean(cut, names()),
            last: names().next_back().unwrap_or_default().to_string(),
        });
    };
    let behind = layers[position + 1..].iter();
    let belongs = |layer: &Layer| matches!(layer, Layer::BatchNorm(_) | Layer::Activation(_));
    Ok(position + 1 + behind.take_while(|(_, layer)| belongs(layer)).count())
}
