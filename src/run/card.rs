//! `model.json`

use serde::{Deserialize, Serialize};

use super::error::{DataIdentity, RunError};
use super::folder::{MODEL, RunFolder};
use crate::data::{Dataset, ImageOptions, Normalization};
use crate::experiment::Experiment;
use crate::pixels::{ColorMode, ImageShape, Resize};
use crate::preparation::Pipeline;
use crate::storage::{StorageError, read_json};

/// `model.json`: what is needed to use the weights without the data they were trained on.
///
/// Every version of this program keeps it under this name with the key `convlab`, by which an older
/// one tells that a run is too new for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// A key that is passed over would be a picture that is read otherwise than in training.
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// The newest version of this program that trained the run.
    pub convlab: String,
    pub model: String,
    pub input: ImageShape,
    /// In the order of the network's outputs.
    pub classes: Vec<String>,
    pub dataset: String,
    /// SHA-256 of the data set's content.
    pub fingerprint: String,
    pub resize: Resize,
    /// Steps before the conversion to colours and size.
    #[serde(default, skip_serializing_if = "Pipeline::is_empty")]
    pub preparation: Pipeline,
    /// Whether pictures are brought to colours and size before those steps as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sized_before: bool,
    pub normalization: Normalization,
    /// Number of them in the network.
    pub parameters: usize,
    /// The configuration the run was started with, as TOML.
    pub config: String,
}

impl ModelCard {
    /// The card of a network with `parameters` that `experiment` trains on `dataset`.
    ///
    /// # Errors
    /// The steps of preparation do not fit together, or the configuration holds what TOML cannot,
    /// such as a path that is not UTF-8.
    pub fn new(
        experiment: &Experiment,
        dataset: &Dataset,
        parameters: usize,
    ) -> Result<Self, RunError> {
        Ok(Self {
            convlab: env!("CARGO_PKG_VERSION").into(),
            model: experiment.model.name().into(),
            input: dataset.shape,
            classes: dataset.classes.clone(),
            dataset: dataset.name.clone(),
            fingerprint: dataset.fingerprint.clone(),
            resize: experiment.data.resize_for_prediction(),
            preparation: Pipeline::new(experiment.preprocess.steps.clone())?,
            sized_before: !experiment.data.has_photographs(),
            normalization: dataset.train.normalization().clone(),
            parameters,
            config: experiment.to_toml()?,
        })
    }

    /// The card in the folder of a run.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn read(folder: &RunFolder) -> Result<Self, StorageError> {
        read_json(&folder.file(MODEL))
    }

    /// # Errors
    /// [`StorageError::Write`]
    pub fn write(&self, folder: &RunFolder) -> Result<(), StorageError> {
        folder.write_json(MODEL, self)
    }

    /// How a picture is read for this model.
    pub fn image_options(&self) -> ImageOptions {
        let color = match self.input.channels {
            1 => ColorMode::Grey,
            _ => ColorMode::Rgb,
        };
        ImageOptions {
            resize: self.resize,
            preparation: self.preparation.clone(),
            sized_before: self.sized_before,
            ..ImageOptions::new(color, self.input.height, self.input.width)
        }
    }

    /// The class of a name, whose case does not matter, or of a number from 0.
    pub fn class(&self, name_or_number: &str) -> Option<usize> {
        let same = |class: &String| class.eq_ignore_ascii_case(name_or_number);
        let number = || name_or_number.parse().ok();
        let class = self.classes.iter().position(same).or_else(number);
        class.filter(|&class| class < self.classes.len())
    }

    /// Refuses other data than the run in `folder` was started with: with other images, the splits
    /// would be others too.
    ///
    /// # Errors
    /// [`RunError::DataChanged`]
    pub fn check_same_data(&self, folder: &RunFolder, dataset: &Dataset) -> Result<(), RunError> {
        let then = DataIdentity {
            input: self.input,
            classes: self.classes.clone(),
            fingerprint: self.fingerprint.clone(),
        };
        let now = DataIdentity {
            input: dataset.shape,
            classes: dataset.classes.clone(),
            fingerprint: dataset.fingerprint.clone(),
        };
        match then == now {
            true => Ok(()),
            false => Err(RunError::DataChanged {
                dataset: dataset.name.clone(),
                run: folder.path().to_path_buf(),
                then: Box::new(then),
                now: Box::new(now),
            }),
        }
    }
}
