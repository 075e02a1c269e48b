//! What all stages of a training work with.

use std::fs::File;

use crate::data::Dataset;
use crate::data::check::DataCheck;
use crate::device::Backend;
use crate::experiment::Experiment;
use crate::run::card::ModelCard;
use crate::run::folder::RunFolder;
use crate::training::TrainingJob;

/// What all stages of a training work with. The run's folder is locked while this lives.
pub struct Session {
    pub experiment: Experiment,
    pub backend: Backend,
    pub dataset: Dataset,
    pub card: ModelCard,
    pub folder: RunFolder,
    /// What was found in the data; `None` where an earlier session of the run has looked.
    pub data_check: Option<DataCheck>,
    pub(super) is_resumed: bool,
    pub(super) _lock: File,
}

impl Session {
    pub(super) fn job(&self) -> TrainingJob<'_> {
        TrainingJob {
            experiment: &self.experiment,
            dataset: &self.dataset,
            backend: &self.backend,
            folder: self.folder.path(),
        }
    }
}
