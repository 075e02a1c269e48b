//! The networks, and the layers they are made of.
//!
//! A network is a Burn module that names its [layers](Network::layers) in order. Forward pass,
//! summary, files of weights and inspection all walk that list.
//!
//! Reading order: `features`, `shape` and `window` are what lies between layers; `layers` has the
//! kinds of layers, `init` their initial weights, and `list` how the configuration lists them. Each
//! network is a file (`dense`, `lenet5`, `two_conv`, `sequential`, `backbone`), and a line in
//! `registry`, and `schema` says what a configuration may set; `network` builds and runs it, `summary`
//! describes it, `weights` saves and loads it.

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
mod schema;
mod sequential;
mod setting_schema;
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
pub use shape::{FeatureShape, ShapeError};
pub use summary::{Summary, SummaryRow};
pub use weights::{LoadReport, LoadScope, WeightsError};

#[cfg(test)]
mod tests;
