//! The state of a training between two steps, kept so that going on equals never having stopped.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{fs, io};

use burn::module::Module;
use burn::optim::{ModuleOptimizer, OptimizerRecord};
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::classifier::Classifier;
use super::history::{EpochRecord, Sums};
use crate::artifacts::{CHECKPOINTS, RunFolder};
use crate::storage::{self, StorageError};
use crate::terminal::tell;

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

/// `state.toml`: the state, and what tells whether the files beside it are whole.
#[derive(Serialize, Deserialize)]
struct Kept {
    model_sha256: String,
    optimizer_sha256: String,
    state: TrainingState,
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
) -> Result<(), StorageError> {
    let folder = run.file(CHECKPOINTS);
    let name = format!("epoch-{:05}-batch-{:07}", state.epoch, state.batch);
    let (part, done) = (folder.join(format!("{PART}{name}")), folder.join(&name));
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| StorageError::Write { path, source }
    };
    let encoded = |error: &dyn Display| StorageError::Write {
        path: done.clone(),
        source: io::Error::other(error.to_string()),
    };
    if all(run).iter().any(|(_, path)| *path == done) {
        return Ok(());
    }
    for stale in [&part, &done] {
        if stale.exists() {
            fs::remove_dir_all(stale).map_err(failed(stale))?;
        }
    }
    fs::create_dir(&part).map_err(failed(&part))?;
    // Only `valid` brings the running statistics of batch norm up to date.
    let model = model.valid().into_record().into_bytes();
    let model = model.map_err(|error| encoded(&error))?;
    storage::write(&part.join(MODEL), &model)?;
    let optimizer = optimizer.to_record().into_bytes();
    let optimizer = optimizer.map_err(|error| encoded(&error))?;
    storage::write(&part.join(OPTIMIZER), &optimizer)?;
    let kept = Kept {
        model_sha256: sha256(&model),
        optimizer_sha256: sha256(&optimizer),
        state: state.clone(),
    };
    // TOML, because numbers read back are those written to the last bit.
    let text = toml::to_string(&kept).map_err(|error| encoded(&error))?;
    storage::write(&part.join(STATE), text.as_bytes())?;
    fs::rename(&part, &done).map_err(failed(&done))?;
    for (_, older) in all(run).into_iter().filter(|(_, path)| *path != done) {
        fs::remove_dir_all(&older).map_err(failed(&older))?;
    }
    Ok(())
}

/// Whether a run has a checkpoint to go on from.
pub fn has_checkpoint(run: &RunFolder) -> bool {
    !all(run).is_empty()
}

/// The epoch that a run goes on with, from 1.
pub fn epoch_under_way(run: &RunFolder) -> usize {
    all(run).last().map_or(1, |((epoch, _), _)| *epoch)
}

/// The newest whole checkpoint of a run: state, and the records of model and optimizer. `None`
/// when the run ended before its first.
///
/// # Errors
/// There are checkpoints, but none is whole.
pub fn load(
    run: &RunFolder,
) -> Result<Option<(TrainingState, ModuleRecord, OptimizerRecord)>, StorageError> {
    let mut damage = None;
    for (_, folder) in all(run).into_iter().rev() {
        match read(&folder) {
            Ok(checkpoint) => return Ok(Some(checkpoint)),
            Err(error) => {
                tell(format!("warning: a checkpoint is passed over: {error}"));
                damage = damage.or(Some(error));
            }
        }
    }
    damage.map_or(Ok(None), Err)
}

fn read(folder: &Path) -> Result<(TrainingState, ModuleRecord, OptimizerRecord), StorageError> {
    let file = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|source| StorageError::Read { path, source })
    };
    let damaged = |name: &str, reason: &dyn Display| StorageError::Damaged {
        path: folder.join(name),
        reason: reason.to_string(),
    };
    let state = String::from_utf8(file(STATE)?).map_err(|error| damaged(STATE, &error))?;
    let kept: Kept = toml::from_str(&state).map_err(|error| damaged(STATE, &error.message()))?;
    let checked = |name: &str, sum: &str| match file(name)? {
        bytes if sha256(&bytes) == sum => Ok(Bytes::from_bytes_vec(bytes)),
        _ => Err(damaged(name, &"its content is not what was written")),
    };
    let model = ModuleRecord::from_bytes(checked(MODEL, &kept.model_sha256)?)
        .map_err(|error| damaged(MODEL, &error))?;
    let optimizer = OptimizerRecord::from_bytes(checked(OPTIMIZER, &kept.optimizer_sha256)?)
        .map_err(|error| damaged(OPTIMIZER, &error))?;
    Ok((kept.state, model, optimizer))
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Finished checkpoints by epoch and batch, oldest first.
fn all(run: &RunFolder) -> Vec<((usize, usize), PathBuf)> {
    let entries = fs::read_dir(run.file(CHECKPOINTS));
    let mut folders: Vec<_> = (entries.into_iter().flatten().flatten())
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (epoch, batch) = name.strip_prefix("epoch-")?.split_once("-batch-")?;
            Some(((epoch.parse().ok()?, batch.parse().ok()?), entry.path()))
        })
        .filter(|(_, path)| path.join(STATE).is_file())
        .collect();
    folders.sort();
    folders
}
