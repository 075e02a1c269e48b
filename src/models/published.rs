//! The networks that are published with weights, as the registry sees them.

use super::backbone::{Backbone, BackboneConfig};
use super::build::Build;
use super::error::BuildError;
use super::layers::NamedLayers;
use super::settings::{Entry, Layered, NetworkSettings};

impl<N: From<Backbone>> NetworkSettings<N> for BackboneConfig {
    fn check(&self, entry: &Entry) -> Result<(), BuildError> {
        self.check(entry.architecture.is_some_and(|known| known.scales))
    }

    fn build(&self, entry: &Entry, build: &mut Build) -> Result<N, BuildError> {
        let architecture = entry.architecture.expect("registered as published");
        Ok(Backbone::build(self, architecture, build)?.into())
    }

    fn backbone(&self) -> Option<&BackboneConfig> {
        Some(self)
    }

    fn backbone_mut(&mut self) -> Option<&mut BackboneConfig> {
        Some(self)
    }
}

impl Layered for Backbone {
    fn layers(&self) -> NamedLayers<'_> {
        self.layers()
    }
}
