//! A run opened to be used.

use std::path::Path;

use super::card::ModelCard;
use super::config::read_config;
use super::dataset::open_dataset;
use super::error::RunError;
use super::folder::RunFolder;
use super::version::read_run;
use crate::data::Dataset;
use crate::device::Backend;
use crate::experiment::Experiment;
use crate::models::Network;
use crate::progress::Progress;
use crate::weights::BEST_WEIGHTS;

/// A trained run: its configuration, and its network with the weights of the best epoch.
pub struct OpenedRun {
    pub folder: RunFolder,
    pub card: ModelCard,
    pub experiment: Experiment,
    pub backend: Backend,
    pub network: Network,
    /// The data as features before the network's head, where a training has just used them; the
    /// head alone then gives the same scores in a fraction of the time.
    pub head_features: Option<Dataset>,
}

impl OpenedRun {
    /// Opens the run in the folder `path`, each of its files read once, its network on the device of
    /// `backend`.
    ///
    /// # Errors
    /// A file is missing or damaged, the configuration was edited since, the weights do not belong to
    /// the network, or a newer version of this program made the run and this one does not understand
    /// it.
    pub fn open(path: &Path, backend: Backend) -> Result<Self, RunError> {
        let folder = RunFolder::open(path)?;
        read_run(&folder, Self::read(folder.clone(), backend))
    }

    fn read(folder: RunFolder, backend: Backend) -> Result<Self, RunError> {
        let card = ModelCard::read(&folder)?;
        let experiment = read_config(&folder, &card, &[])?;
        let weights = folder.file(BEST_WEIGHTS);
        if !weights.exists() {
            return Err(RunError::NoWeights {
                path: folder.path().to_path_buf(),
            });
        }
        let network = experiment.model.build(
            card.input,
            card.classes.len(),
            experiment.training.initialization,
            experiment.training.seed,
            &backend.device,
        )?;
        Ok(Self {
            network: network.with_weights_of_run(&weights)?,
            folder,
            card,
            experiment,
            backend,
            head_features: None,
        })
    }

    /// The data the run was trained on.
    ///
    /// # Errors
    /// It is missing or damaged, or is not what it was then.
    pub fn dataset(
        &self,
        data_dir: Option<&Path>,
        progress: &dyn Progress,
    ) -> Result<Dataset, RunError> {
        let dataset = open_dataset(&self.experiment, data_dir, progress)?;
        let same = self.card.check_same_data(&self.folder, &dataset);
        read_run(&self.folder, same)?;
        Ok(dataset)
    }
}
