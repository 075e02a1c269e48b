//! The state of a training between two steps, kept so that going on equals never having stopped.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::{ModuleOptimizer, OptimizerRecord};
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};

use super::classifier::Classifier;
use super::history::{EpochRecord, Sums};
use crate::artifacts::{self, ArtifactError, CHECKPOINTS, RunFolder};

const STATE: &str = "state.toml";
const MODEL: &str = "model.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
/// In names of folders still being written; such a folder is never read.
const PART: &str = ".part-";

/// Where a training stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingState {
    /// The epoch under way, from 1; one more than the last when all are done.
    pub epoch: usize,
    /// Batches of it that are done.
    pub batch: usize,
    /// Over those batches.
    pub sums: Sums,
    /// Spent on those batches.
    pub epoch_seconds: f64,
    /// Spent on the whole run, over all sessions.
    pub seconds: f64,
    pub history: Vec<EpochRecord>,
    pub best: Option<Best>,
    /// Epochs since `monitor` last improved by more than `min_delta`.
    pub epochs_without_improvement: usize,
    /// The value `patience` compares with.
    pub reference: Option<f64>,
}

/// The epoch whose weights are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Best {
    pub epoch: usize,
    pub value: f64,
}

impl Default for TrainingState {
    fn default() -> Self {
        Self {
            epoch: 1,
            batch: 0,
            sums: Sums::default(),
            epoch_seconds: 0.0,
            seconds: 0.0,
            history: Vec::new(),
            best: None,
            epochs_without_improvement: 0,
            reference: None,
        }
    }
}

/// Keeps the state as the run's newest checkpoint and removes older ones.
///
/// # Errors
/// It cannot be written; earlier checkpoints are then still there.
pub fn save(
    run: &RunFolder,
    state: &TrainingState,
    model: &Classifier,
    optimizer: &ModuleOptimizer,
) -> Result<(), ArtifactError> {
    let folder = run.file(CHECKPOINTS);
    let name = format!("epoch-{:05}-batch-{:07}", state.epoch, state.batch);
    let part = folder.join(format!("{PART}{name}"));
    let done = folder.join(&name);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| ArtifactError::Write { path, source }
    };
    let encoded = |path: &Path, error: burn::store::RecordError| ArtifactError::Write {
        path: path.to_path_buf(),
        source: std::io::Error::other(error.to_string()),
    };
    if done.exists() {
        return Ok(());
    }
    if part.exists() {
        std::fs::remove_dir_all(&part).map_err(failed(&part))?;
    }
    std::fs::create_dir(&part).map_err(failed(&part))?;
    let path = part.join(MODEL);
    // Only `valid` brings the running statistics of batch norm up to date.
    let record = model.valid().into_record().into_bytes();
    artifacts::write(&path, &record.map_err(|error| encoded(&path, error))?)?;
    let path = part.join(OPTIMIZER);
    let record = optimizer.to_record().into_bytes();
    artifacts::write(&path, &record.map_err(|error| encoded(&path, error))?)?;
    let path = part.join(STATE);
    // TOML, because numbers read back are those written to the last bit.
    let text = toml::to_string(state)
        .map_err(|error| failed(&path)(std::io::Error::other(error.to_string())))?;
    artifacts::write(&path, text.as_bytes())?;
    std::fs::rename(&part, &done).map_err(failed(&done))?;
    for older in all(run).into_iter().filter(|path| *path != done) {
        std::fs::remove_dir_all(&older).map_err(failed(&older))?;
    }
    Ok(())
}

/// The newest checkpoint of a run: state, and the records of model and optimizer.
///
/// # Errors
/// There is none, or it is damaged.
pub fn load(
    run: &RunFolder,
) -> Result<(TrainingState, ModuleRecord, OptimizerRecord), ArtifactError> {
    let Some(folder) = all(run).pop() else {
        return Err(ArtifactError::Damaged {
            path: run.file(CHECKPOINTS),
            reason:
                "it holds no checkpoint; the run ended before its first was written, start it anew"
                    .into(),
        });
    };
    let damaged = |path: &Path, error: burn::store::RecordError| ArtifactError::Damaged {
        path: path.to_path_buf(),
        reason: error.to_string(),
    };
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path)
            .map(|bytes| (path.clone(), Bytes::from_bytes_vec(bytes)))
            .map_err(|source| ArtifactError::Read { path, source })
    };
    let (path, bytes) = read(MODEL)?;
    let model = ModuleRecord::from_bytes(bytes).map_err(|error| damaged(&path, error))?;
    let (path, bytes) = read(OPTIMIZER)?;
    let optimizer = OptimizerRecord::from_bytes(bytes).map_err(|error| damaged(&path, error))?;
    let path = folder.join(STATE);
    let state = std::fs::read_to_string(&path).map_err(|source| ArtifactError::Read {
        path: path.clone(),
        source,
    })?;
    let state = toml::from_str(&state).map_err(|error| ArtifactError::Damaged {
        path,
        reason: error.to_string(),
    })?;
    Ok((state, model, optimizer))
}

/// Complete checkpoints, oldest first.
fn all(run: &RunFolder) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(run.file(CHECKPOINTS));
    let mut folders: Vec<PathBuf> = (entries.into_iter().flatten().flatten())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("epoch-"))
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    folders
}
