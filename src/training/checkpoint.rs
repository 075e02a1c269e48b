//! Checkpoints: the state of a training between two steps, from which a resumed training continues as
//! if it had never stopped.

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
use super::state::TrainingState;
use crate::progress::Progress;
use crate::storage::{self, StorageError};

/// The folder of checkpoints in a run's folder.
pub const CHECKPOINTS: &str = "checkpoints";

const STATE: &str = "state.toml";
const MODEL: &str = "model.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
/// In names of folders still being written; such a folder is never read.
const PART: &str = ".part-";

/// `state.toml`: the state, and checksums that tell whether the files beside it are whole.
#[derive(Serialize, Deserialize)]
// What is passed over would be lost, and the training not go on as it was.
#[serde(deny_unknown_fields)]
struct StateFile {
    model_sha256: String,
    optimizer_sha256: String,
    /// Threads that the program computed with; missing in checkpoints of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threads: Option<usize>,
    state: TrainingState,
}

/// A checkpoint that was read.
pub struct Checkpoint {
    pub state: TrainingState,
    pub model: ModuleRecord,
    pub optimizer: OptimizerRecord,
    /// Threads that it was trained with, where known.
    pub threads: Option<usize>,
}

/// Writes the newest checkpoint of the run in `folder` and removes older ones.
///
/// # Errors
/// It cannot be written; earlier checkpoints are then still there.
pub fn save(
    folder: &Path,
    state: &TrainingState,
    model: &Classifier,
    optimizer: &ModuleOptimizer,
) -> Result<(), StorageError> {
    let checkpoints = folder.join(CHECKPOINTS);
    let name = format!("epoch-{:05}-batch-{:07}", state.epoch, state.batch);
    let part = checkpoints.join(format!("{PART}{name}"));
    let done = checkpoints.join(&name);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| StorageError::Write { path, source }
    };
    let encoded = |error: &dyn Display| StorageError::Write {
        path: done.clone(),
        source: io::Error::other(error.to_string()),
    };
    if all(folder).iter().any(|(_, path)| *path == done) {
        return Ok(());
    }
    for stale in [&part, &done] {
        if stale.exists() {
            fs::remove_dir_all(stale).map_err(failed(stale))?;
        }
    }
    fs::create_dir_all(&part).map_err(failed(&part))?;
    // Only `valid` brings the running statistics of batch norm up to date.
    let model = model.valid().into_record().into_bytes();
    let model = model.map_err(|error| encoded(&error))?;
    storage::write(&part.join(MODEL), &model)?;
    let optimizer = optimizer.to_record().into_bytes();
    let optimizer = optimizer.map_err(|error| encoded(&error))?;
    storage::write(&part.join(OPTIMIZER), &optimizer)?;
    let file = StateFile {
        model_sha256: sha256(&model),
        optimizer_sha256: sha256(&optimizer),
        threads: Some(rayon::current_num_threads()),
        state: state.clone(),
    };
    // TOML, because numbers read back are those written to the last bit.
    let text = toml::to_string(&file).map_err(|error| encoded(&error))?;
    storage::write(&part.join(STATE), text.as_bytes())?;
    fs::rename(&part, &done).map_err(failed(&done))?;
    for (_, older) in all(folder).into_iter().filter(|(_, path)| *path != done) {
        fs::remove_dir_all(&older).map_err(failed(&older))?;
    }
    Ok(())
}

/// Whether the run in `folder` has a checkpoint to go on from.
pub fn has_checkpoint(folder: &Path) -> bool {
    !all(folder).is_empty()
}

/// The epoch that the run in `folder` goes on with, from 1.
pub fn epoch_under_way(folder: &Path) -> usize {
    all(folder).last().map_or(1, |((epoch, _), _)| *epoch)
}

/// The newest whole checkpoint of the run in `folder`; `None` when the run ended before its first.
/// Warns of damaged ones.
///
/// # Errors
/// There are checkpoints, but none is whole.
pub fn load(folder: &Path, progress: &dyn Progress) -> Result<Option<Checkpoint>, StorageError> {
    let mut damaged = Vec::new();
    for (_, path) in all(folder).into_iter().rev() {
        match read(&path) {
            Ok(checkpoint) => {
                for error in damaged {
                    progress.warn(&format!("a checkpoint is passed over: {error}"));
                }
                return Ok(Some(checkpoint));
            }
            Err(error) => damaged.push(error),
        }
    }
    damaged.into_iter().next().map_or(Ok(None), Err)
}

fn read(folder: &Path) -> Result<Checkpoint, StorageError> {
    let file = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|source| StorageError::Read { path, source })
    };
    let damaged = |name: &str, reason: &dyn Display| StorageError::Damaged {
        path: folder.join(name),
        reason: reason.to_string(),
    };
    let state = String::from_utf8(file(STATE)?).map_err(|error| damaged(STATE, &error))?;
    let kept: StateFile =
        toml::from_str(&state).map_err(|error| damaged(STATE, &error.message()))?;
    let checked = |name: &str, sum: &str| match file(name)? {
        bytes if sha256(&bytes) == sum => Ok(Bytes::from_bytes_vec(bytes)),
        _ => Err(damaged(name, &"its content is not what was written")),
    };
    let model = ModuleRecord::from_bytes(checked(MODEL, &kept.model_sha256)?)
        .map_err(|error| damaged(MODEL, &error))?;
    let optimizer = OptimizerRecord::from_bytes(checked(OPTIMIZER, &kept.optimizer_sha256)?)
        .map_err(|error| damaged(OPTIMIZER, &error))?;
    Ok(Checkpoint {
        state: kept.state,
        model,
        optimizer,
        threads: kept.threads,
    })
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Finished checkpoints by epoch and batch, oldest first.
fn all(folder: &Path) -> Vec<((usize, usize), PathBuf)> {
    let entries = fs::read_dir(folder.join(CHECKPOINTS));
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
