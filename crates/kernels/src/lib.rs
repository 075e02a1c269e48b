#![doc = include_str!("../README.md")]
#![recursion_limit = "256"]

// From the bottom up: a module uses only those in the groups above its own.
mod arithmetic;

mod spec;

mod bias;
mod buffer;
mod simd;
mod targets;
mod uninit;

mod activation;
mod host;

mod product;

mod batch_norm;
mod composed;
mod conv;
mod dense;
mod dropout;
mod elementwise;
mod loss;
mod norm;
mod optimizer;

mod maps;

mod extension;

mod autodiff;
mod backends;

mod layers;
mod losses;
mod steps;

pub use self::arithmetic::ConvAxis;
pub use self::bias::Bias;
pub use self::extension::Kernels;
pub use self::layers::{
    BatchNormed, FixedNorm, activate, add, batch_norm, batch_norm_inference, conv_block, dense,
    dropout, flatten, fold_batch_norm, fork, from_values, global_average_pool, pool, subsample,
};
pub use self::losses::{ClassificationLoss, classification_loss};
pub use self::spec::{
    Activation, AdamStep, ConvBlock, LossFunction, Pool, PoolKind, RmsPropStep, SgdStep, Subsample,
};
pub use self::steps::{adam_step, rms_prop_step, scale, sgd_step, squared_norm};
pub use self::targets::Targets;

#[cfg(test)]
mod tests;
