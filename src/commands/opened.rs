//! A run opened to be used: its configuration, network and data.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::check_same_data;
use crate::artifacts::{ModelCard, RunFolder};
use crate::data::{Dataset, Split};
use crate::device::Backend;
use crate::evaluation::{Evaluation, EvaluationError, Predictions, batch_size, evaluate};
use crate::experiment::Experiment;
use crate::loss::Loss;
use crate::models::Network;
use crate::run::open_dataset;
use crate::terminal::Bars;

/// A trained run.
pub(super) struct Opened {
    pub run: RunFolder,
    pub card: ModelCard,
    pub experiment: Experiment,
    pub backend: Backend,
    pub network: Network,
    /// Features of the data, where a training has just used them.
    pub kept: Option<Dataset>,
}

impl Opened {
    pub fn new(run: &Path, backend: Backend) -> Result<Self> {
        let run = RunFolder::open(run)?;
        Ok(Self {
            card: run.model_card()?,
            experiment: run.experiment(&[])?,
            network: run.network(&backend.device)?,
            kept: None,
            run,
            backend,
        })
    }

    /// The data the run was trained on.
    pub fn dataset(&self, data_dir: Option<&Path>) -> Result<Dataset> {
        let dataset = open_dataset(&self.experiment, data_dir, &Bars::default())?;
        check_same_data(&self.run, &dataset)?;
        Ok(dataset)
    }

    /// The run's folder of figures, made if need be.
    pub fn figures(&self) -> Result<PathBuf> {
        let folder = self.run.file("figures");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(folder)
    }

    /// Evaluates the network on a split of `dataset`, as many images at a time as suit their size.
    pub fn evaluate_all(
        &self,
        dataset: &Dataset,
        split: (&str, &Split),
        progress: impl FnMut(usize) -> bool,
    ) -> Result<(Evaluation, Predictions), EvaluationError> {
        self.evaluate(dataset, split, batch_size(dataset.shape), progress)
    }

    /// Evaluates the network on a split of `dataset`, see [`evaluate`].
    pub fn evaluate(
        &self,
        dataset: &Dataset,
        split: (&str, &Split),
        batch_size: usize,
        progress: impl FnMut(usize) -> bool,
    ) -> Result<(Evaluation, Predictions), EvaluationError> {
        // The same scores in a fraction of the time.
        let head = match (&self.kept, &self.network) {
            (Some(kept), Network::Backbone(whole)) => match split.0 {
                "valid" => Some((whole.head_alone(), &kept.valid)),
                "test" => Some((whole.head_alone(), &kept.test)),
                _ => None,
            },
            _ => None,
        };
        let (head, split) = match head {
            Some((head, features)) => (Some(Network::Backbone(head)), (split.0, features)),
            None => (None, split),
        };
        let classes = dataset.classes.len();
        let loss = Loss::new(&self.experiment.training, &dataset.train, classes);
        let (classes, device) = (&dataset.classes, &self.backend.device);
        evaluate(
            head.as_ref().unwrap_or(&self.network),
            &loss,
            split,
            classes,
            device,
            batch_size,
            progress,
        )
    }
}
