//! Building a network from its configuration, and running it.

use burn::tensor::{Device, Tensor};

use super::backbone::{Architecture, BackboneConfig};
use super::build::Build;
use super::error::BuildError;
use super::features::Features;
use super::init::{Initialization, LayerBuilder};
use super::layers::{NamedLayers, forward, output_shape};
use super::registry::{Network, NetworkConfig, REGISTRY};
use super::settings::Entry;
use super::shape::FeatureShape;
use crate::pixels::ImageShape;

impl NetworkConfig {
    fn entry(&self) -> &'static Entry {
        let name = self.name();
        let found = REGISTRY.iter().find(|entry| entry.name == name);
        found.expect("names come from the registry")
    }

    /// Architecture and settings of a network that is published with weights.
    pub fn published(&self) -> Option<(&'static Architecture, &BackboneConfig)> {
        (self.entry().architecture).zip(self.settings().backbone())
    }

    /// Settings of a network that is published with weights.
    pub fn published_mut(&mut self) -> Option<&mut BackboneConfig> {
        self.settings_mut().backbone_mut()
    }

    /// Checks the settings as far as that is possible without knowing the images.
    ///
    /// # Errors
    /// The key below `[model]` at fault, e.g. `hidden` or `layers[2]`, and what was expected.
    pub fn check(&self) -> Result<(), (String, String)> {
        let checked = self.settings().check(self.entry());
        checked.map_err(BuildError::into_key_and_reason)
    }

    /// Builds the network with fresh weights on `device`, for images of `input` and `classes`.
    ///
    /// One seed gives the same weights on every backend.
    ///
    /// # Errors
    /// [`BuildError`] names the layer or setting that does not fit.
    pub fn build(
        &self,
        input: ImageShape,
        classes: usize,
        initialization: Initialization,
        seed: u64,
        device: &Device,
    ) -> Result<Network, BuildError> {
        self.settings().check(self.entry())?;
        let mut build = Build {
            input,
            classes,
            layers: LayerBuilder::new(seed, initialization, device),
        };
        let network = self.settings().build(self.entry(), &mut build)?;
        match output_shape(network.layers(), input)? {
            FeatureShape::Vector([outputs]) if outputs == classes => Ok(network),
            received => Err(BuildError::Output { received, classes }),
        }
    }
}

impl Network {
    /// The layers in the order the data passes them.
    pub fn layers(&self) -> NamedLayers<'_> {
        self.as_layered().layers()
    }

    /// Trainable parameters; batch norm's running statistics are not among them.
    pub fn parameters(&self) -> usize {
        let layers = self.layers();
        layers.iter().map(|(_, layer)| layer.parameters()).sum()
    }

    /// Logits: class scores before softmax.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`, normalised as the network was trained
    /// - output: `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        forward(&self.layers(), Features::Maps(images)).flatten()
    }
}
