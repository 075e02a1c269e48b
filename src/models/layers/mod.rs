//! The kinds of layers: one file each, and one line in `registry.rs`.
//!
//! A layer implements [`LayerKind`]: shapes, costs, forward pass and the names of its tensors. One
//! that the configuration's lists of layers can hold implements `ParseLayer` as well. The forward
//! pass of whole networks, the summary, files of weights and lists of layers derive from these.

mod activation;
mod adaptive_average_pool;
mod average_pool;
mod batch_norm;
mod chain;
mod channels_last;
mod conv;
mod dense;
mod dropout;
mod epilogue;
mod flatten;
mod fusion;
mod global_average_pool;
mod kind;
mod max_pool;
mod registry;
mod residual;
mod spec;
mod subsample;
mod tensors;
mod tokens;
mod window_spec;

pub use activation::ActivationLayer;
pub use average_pool::average_pool;
pub use flatten::Flatten;
pub use global_average_pool::GlobalAveragePool;
pub use kind::LayerKind;
pub use max_pool::max_pool;
pub use registry::{Block, Chain, Layer, NamedLayers, PARSERS, Residual, forward, output_shape};
pub use spec::LayerSpec;
pub use subsample::Subsample;
pub use tensors::TensorLayout;
pub use tokens::Tokens;
