//! A run's folder: everything a training leaves behind, written so that it is whole or not there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::RunError;
use crate::storage::{self, Lock, StorageError};

/// The configuration.
pub const CONFIG: &str = "config.toml";
/// What the network needs to be used: a [`ModelCard`](super::ModelCard).
pub const MODEL: &str = "model.json";
/// What the checks found in the data before the training.
pub const DATA_CHECK: &str = "data-check.json";
/// The training in figures: a [`Summary`](super::Summary).
pub const SUMMARY: &str = "summary.json";
/// The best epoch's weights on the test images.
pub const EVALUATION: &str = "evaluation.json";
const FIGURES: &str = "figures";
const LOCK: &str = ".lock";

/// The folder of one run.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder `artifacts/name`.
    ///
    /// # Errors
    /// It exists, cannot be made, or the name could leave `artifacts`.
    pub fn create(artifacts: &Path, name: &str) -> Result<Self, RunError> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
            return Err(RunError::Name { name: name.into() });
        }
        let path = artifacts.join(name);
        let create_error = |source| RunError::Create {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(artifacts).map_err(create_error)?;
        match fs::create_dir(&path) {
            Ok(()) => Ok(Self { path }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(RunError::Exists { path })
            }
            Err(error) => Err(create_error(error)),
        }
    }

    /// The folder of an earlier run.
    ///
    /// # Errors
    /// It holds no run.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        for missing in [CONFIG, MODEL] {
            if !path.join(missing).is_file() {
                let path = path.to_path_buf();
                return Err(RunError::NotARun { path, missing });
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
        // Of "." and "..", too.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder of pictures and charts, made if need be.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn figures(&self) -> Result<PathBuf, RunError> {
        let path = self.file(FIGURES);
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(RunError::Figures { path, source }),
        }
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
    pub fn lock(&self) -> Result<File, RunError> {
        let path = self.file(LOCK);
        let write = |source| StorageError::Write {
            path: path.clone(),
            source,
        };
        let file = File::create(&path).map_err(write)?;
        match storage::lock(&file) {
            Lock::Held => Ok(file),
            Lock::Busy => Err(RunError::Locked {
                path: self.path.clone(),
            }),
            Lock::Unavailable(source) => Err(write(source).into()),
        }
    }
}
