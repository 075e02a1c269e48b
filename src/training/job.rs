//! What a training is about.

use std::path::Path;

use crate::data::Dataset;
use crate::device::Backend;
use crate::experiment::Experiment;

/// A training: by which configuration, on what, where, and into which folder.
#[derive(Clone, Copy)]
pub struct TrainingJob<'a> {
    pub experiment: &'a Experiment,
    /// Images; features in their place are worked out from them.
    pub dataset: &'a Dataset,
    pub backend: &'a Backend,
    /// The run's folder, which exists: weights, history, checkpoints and logs go there.
    pub folder: &'a Path,
}
