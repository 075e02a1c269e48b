#![doc = include_str!("../README.md")]
#![recursion_limit = "256"]

// From the bottom up: a module uses only those in the groups above its own.
mod arithmetic;

mod spec;

mod bias;
mod buffer;
mod simd;
mod uninit;

mod activation;
mod host;

mod product;

mod batch_norm;
mod composed;
mod conv;
mod dense;
mod optimizer;

mod extension;

mod autodiff;
mod backends;

mod layers;
mod steps;

pub use self::arithmetic::ConvAxis;
pub use self::bias::Bias;
pub use self::extension::Kernels;
pub use self::layers::{BatchNormed, batch_norm, conv_block, dense};
pub use self::spec::{Activation, AdamStep, ConvBlock, Pool, PoolKind, SgdStep};
pub use self::steps::{adam_step, sgd_step};

#[cfg(test)]
mod tests;
