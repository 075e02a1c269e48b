//! The configuration of an experiment: data, network and training, with every default in one place.
//!
//! Each key is documented at its field; [`reference`] makes `convlab reference` and
//! `docs/guide/configuration.md` of these comments, the types, their ranges and their defaults.
//!
//! Precedence is defaults < file < `key=value` on the command line, the last two with a network's
//! preset beneath its keys; [`load`] applies it and `config.toml` in a run's folder keeps the
//! result. Reading order, in which each file uses only those before it:
//!
//! 1. `error`, `problem`, `range`: a configuration that cannot be used, what is wrong at a key,
//!    and the ranges of values;
//! 2. `data`, `preprocess`, `class_weights`, `stop_rule`, `training`, `transfer`: the sections, each
//!    with its defaults and its own checks; those of `[augment]` and `[model]` are
//!    [`AugmentConfig`](crate::augmentation::AugmentConfig) and
//!    [`NetworkConfig`](crate::models::NetworkConfig);
//! 3. `sections`: the whole [`Experiment`], and checks between sections;
//! 4. `read_error`, `deserialize`: from TOML values to sections, and what is wrong with a value;
//! 5. `document`, `overrides`, `locate`: the texts, and the line or override that a problem is in;
//! 6. `examples`: the configurations in `configs/`, which the program carries with it;
//! 7. `model`, `load`: how network, presets, file and overrides become one experiment;
//! 8. `describe`: a network of the registry as a configuration makes it;
//! 9. `reference`: every key in words, and a JSON Schema for editors.

mod class_weights;
mod data;
mod describe;
mod deserialize;
mod document;
mod error;
mod examples;
mod load;
mod locate;
mod model;
mod overrides;
mod preprocess;
mod problem;
mod range;
mod read_error;
pub mod reference;
mod sections;
mod stop_rule;
#[cfg(test)]
mod tests;
mod training;
mod transfer;

pub use class_weights::{BalancedWeights, ClassWeights};
pub use data::DataConfig;
pub use describe::{DescribeError, default_size, describe};
pub use error::ConfigError;
pub use examples::{EXAMPLES, Example, ExampleError, Outcome};
pub use load::{QUICKSTART, from_file, load};
pub use preprocess::PreprocessConfig;
pub use sections::Experiment;
pub use stop_rule::{Metric, StopRule};
pub use training::{LossKind, OptimizerKind, ScheduleKind, TrainingConfig};
pub use transfer::{NormStatistics, TransferConfig, TransferMode};
