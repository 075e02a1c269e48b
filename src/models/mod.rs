//! The networks, and the layers they are made of.
//!
//! A network is a Burn module that names its [layers](Network::layers) in order. Forward pass,
//! summary, files of weights and inspection all walk that list.
//!
//! Reading order: what lies between layers ([`features`], [`shape`], [`window`]), the kinds of
//! [`layers`], how they get their weights ([`init`]), [lists](list) of them in the configuration, the
//! networks, one file each, their [`registry`], and what is done with a [`network`].

pub mod backbone;
mod build;
mod conv_spec;
mod dense;
mod error;
mod features;
mod init;
mod layers;
mod lenet5;
mod list;
mod network;
mod published;
mod registry;
mod sequential;
mod settings;
mod shape;
mod summary;
mod two_conv;
mod weights;
mod window;

pub use backbone::{Architecture, Backbone, BackboneConfig, Head};
pub use error::BuildError;
pub use features::Features;
pub use init::Initialization;
pub use layers::{Chain, Layer, LayerKind, NamedLayers, forward};
pub use list::EXAMPLE as EXAMPLE_LAYERS;
pub use registry::{Network, NetworkConfig, REGISTRY};
pub use settings::Entry;
pub use shape::FeatureShape;
pub use summary::{Summary, SummaryRow};
pub use weights::{LoadReport, LoadScope, WeightsError};

#[cfg(test)]
mod tests;
