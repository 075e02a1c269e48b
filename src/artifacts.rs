//! A run's folder: everything a training leaves behind, written so that it is whole or not there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::data::{ImageOptions, Normalization};
use crate::experiment::{ConfigError, Experiment, load};
use crate::models::{BuildError, Network, WeightsError};
use crate::pixels::{ColorMode, ImageShape, Resize};
use crate::preparation::Pipeline;
use crate::storage::{self, Lock, StorageError, read_json};

pub use crate::training::{CHECKPOINTS, HISTORY, LAST_WEIGHTS, LOGS};
pub use crate::weights::BEST_WEIGHTS as WEIGHTS;

pub const CONFIG: &str = "config.toml";
pub const DATA_CHECK: &str = "data-check.json";
pub const MODEL: &str = "model.json";
pub const SUMMARY: &str = "summary.json";
pub const EVALUATION: &str = "evaluation.json";
const LOCK: &str = ".lock";

/// A run's folder cannot be used as asked.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("cannot create the run's folder {path}; choose another place with --artifacts")]
    Create { path: PathBuf, source: io::Error },
    #[error(
        "{path} exists already and is never overwritten; choose another --name, or continue it with `convlab train --resume {path}`"
    )]
    Exists { path: PathBuf },
    #[error("\"{name}\" cannot name a run; use letters, digits, '.', '_' and '-'")]
    Name { name: String },
    #[error(
        "{path} is not a run's folder: it has no {missing}; expected a folder that `convlab train` made"
    )]
    NotARun {
        path: PathBuf,
        missing: &'static str,
    },
    #[error(
        "{path} has no weights: no epoch was finished, or the file was removed; continue it with `convlab train --resume {path}`"
    )]
    NoWeights { path: PathBuf },
    #[error("{path} is being trained by another process")]
    Locked { path: PathBuf },
    #[error(
        "{path} was edited since the run was started: {key} is {now}, but was {then}; put it back, or start a new run"
    )]
    Edited {
        path: PathBuf,
        key: String,
        now: String,
        then: String,
    },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// The folder of one run.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

/// `model.json`: what is needed to use the weights without the data they were trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Version of this program.
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
    pub parameters: usize,
    /// The configuration the run was started with, as TOML.
    pub config: String,
}

impl ModelCard {
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
}

impl RunFolder {
    /// Makes the folder `artifacts/name`.
    ///
    /// # Errors
    /// It exists, cannot be made, or the name could leave `artifacts`.
    pub fn create(artifacts: &Path, name: &str) -> Result<Self, ArtifactError> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
            return Err(ArtifactError::Name { name: name.into() });
        }
        let path = artifacts.join(name);
        let create_error = |source| ArtifactError::Create {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(artifacts).map_err(create_error)?;
        match std::fs::create_dir(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ArtifactError::Exists { path });
            }
            Err(error) => return Err(create_error(error)),
        }
        std::fs::create_dir(path.join(CHECKPOINTS)).map_err(create_error)?;
        Ok(Self { path })
    }

    /// The folder of an earlier run.
    ///
    /// # Errors
    /// It holds no run.
    pub fn open(path: &Path) -> Result<Self, ArtifactError> {
        for missing in [CONFIG, MODEL] {
            if !path.join(missing).is_file() {
                let path = path.to_path_buf();
                return Err(ArtifactError::NotARun { path, missing });
            }
        }
        Ok(Self {
            path: path.to_path_buf(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run's name: its folder's.
    pub fn name(&self) -> String {
        storage::folder_name(&self.path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file of the run, see [`storage::write`].
    ///
    /// # Errors
    /// [`StorageError::Write`]
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        storage::write(&self.file(name), bytes)
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// [`StorageError::Write`]
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), StorageError> {
        storage::write_json(&self.file(name), value)
    }

    /// Keeps other processes from training in this folder while the file returned is open.
    ///
    /// # Errors
    /// Another process trains in it.
    pub fn lock(&self) -> Result<File, ArtifactError> {
        let path = self.file(LOCK);
        let write = |source| StorageError::Write {
            path: path.clone(),
            source,
        };
        let file = File::create(&path).map_err(write)?;
        match storage::lock(&file) {
            Lock::Held => Ok(file),
            Lock::Busy => Err(ArtifactError::Locked {
                path: self.path.clone(),
            }),
            Lock::Unavailable(source) => Err(write(source).into()),
        }
    }

    /// The run's configuration, changed by `overrides`.
    ///
    /// # Errors
    /// The file is missing, or was edited into something else than the run was started with.
    pub fn experiment(&self, overrides: &[String]) -> Result<Experiment, ArtifactError> {
        let path = self.file(CONFIG);
        let experiment = load(Some(&path), overrides)?;
        let card = self.model_card()?;
        let damaged = |reason: &dyn std::fmt::Display| StorageError::Damaged {
            path: self.file(MODEL),
            reason: reason.to_string(),
        };
        let then: Experiment = card.config.parse()?;
        let table = |experiment| Table::try_from(experiment).map_err(|error| damaged(&error));
        let (then, now) = (table(&then)?, table(&experiment)?);
        let (then, now) = (flat("", &then), flat("", &now));
        let none = || "not set".to_string();
        let mut keys: Vec<&String> = then.keys().chain(now.keys()).collect();
        keys.retain(|key| !MAY_CHANGE.contains(&key.as_str()));
        match keys.into_iter().find(|key| then.get(*key) != now.get(*key)) {
            None => Ok(experiment),
            Some(key) => Err(ArtifactError::Edited {
                path,
                key: key.clone(),
                now: now.get(key).cloned().unwrap_or_else(none),
                then: then.get(key).cloned().unwrap_or_else(none),
            }),
        }
    }

    /// What the weights are for.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn model_card(&self) -> Result<ModelCard, ArtifactError> {
        Ok(read_json(&self.file(MODEL))?)
    }

    /// The run's network with its best weights, on `device`.
    ///
    /// # Errors
    /// Weights or configuration are missing, damaged, or do not belong together.
    pub fn network(&self, device: &burn::tensor::Device) -> Result<Network, ArtifactError> {
        let (experiment, card) = (self.experiment(&[])?, self.model_card()?);
        let path = self.file(WEIGHTS);
        if !path.exists() {
            return Err(ArtifactError::NoWeights {
                path: self.path.clone(),
            });
        }
        let training = &experiment.training;
        let network = experiment.model.build(
            card.input,
            card.classes.len(),
            training.initialization,
            training.seed,
            device,
        )?;
        Ok(network.with_weights_of_run(&path)?)
    }
}

/// Keys that do not decide what a run learns: where its data lies, how much of it is kept in memory,
/// and after how many epochs it ends.
const MAY_CHANGE: &[&str] = &["data.path", "data.cache_mib", "training.epochs"];

/// Every value of a run's configuration under its dotted key.
///
/// # Errors
/// The configuration is missing or damaged.
pub fn flat_config(run: &RunFolder) -> Result<BTreeMap<String, String>, ArtifactError> {
    let experiment = run.experiment(&[])?;
    let table = Table::try_from(&experiment).map_err(|error| StorageError::Damaged {
        path: run.file(CONFIG),
        reason: error.to_string(),
    })?;
    Ok(flat("", &table))
}

/// Every value of `table` under its dotted key.
fn flat(prefix: &str, table: &Table) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => values.extend(flat(&format!("{prefix}{key}."), inner)),
            value => {
                values.insert(format!("{prefix}{key}"), value.to_string());
            }
        }
    }
    values
}
