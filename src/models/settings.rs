//! What the registry needs of a network: its settings, and its layers.

use super::backbone::{Architecture, BackboneConfig};
use super::build::Build;
use super::error::BuildError;
use super::layers::NamedLayers;

/// A registered network: what `convlab models` lists.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// `[model] name = "..."`
    pub name: &'static str,
    pub summary: &'static str,
    /// Who designed the network: a paper, or the course.
    pub source: &'static str,
    /// Named settings for `[model] preset = "..."`, as TOML.
    pub presets: &'static [(&'static str, &'static str)],
    /// `Some` for a network that is published with weights.
    pub architecture: Option<&'static Architecture>,
}

/// The settings of a network, `[model]`, and how it is built from them. `entry` is the network's
/// line in the registry, and `N` the type that holds any network.
pub trait NetworkSettings<N> {
    /// Checks the settings as far as that is possible without knowing the images.
    ///
    /// # Errors
    /// A setting is out of range.
    fn check(&self, entry: &Entry) -> Result<(), BuildError>;

    /// Builds the network with fresh weights; the settings are checked before.
    ///
    /// # Errors
    /// A layer does not fit the one before it, or there would be too many weights.
    fn build(&self, entry: &Entry, build: &mut Build) -> Result<N, BuildError>;

    /// Settings of a network that is published with weights.
    fn backbone(&self) -> Option<&BackboneConfig> {
        None
    }

    /// As [`backbone`](Self::backbone).
    fn backbone_mut(&mut self) -> Option<&mut BackboneConfig> {
        None
    }
}

/// A network as a list of layers.
pub trait Layered {
    /// The layers in the order the data passes them.
    fn layers(&self) -> NamedLayers<'_>;
}
