//! The layers as functions on tensors.

mod batch_norm;
mod elementwise;
mod maps;
mod weighted;

pub use self::batch_norm::{
    BatchNormed, FixedNorm, batch_norm, batch_norm_inference, fold_batch_norm,
};
pub use self::elementwise::{activate, add, dropout, fork, from_values};
pub use self::maps::{flatten, global_average_pool, pool, subsample};
pub use self::weighted::{conv_block, dense};
