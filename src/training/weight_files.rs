//! The weights in a run's folder: those of its best epoch and of its last.

use std::path::{Path, PathBuf};

use super::error::TrainError;
use crate::models::Network;
use crate::storage;
use crate::weights::BEST_WEIGHTS;

/// Weights of the last epoch, or before the first those that a run from published weights starts with.
pub const LAST_WEIGHTS: &str = "last.safetensors";

/// The file of the last epoch's weights.
pub fn last_weights(folder: &Path) -> PathBuf {
    folder.join(LAST_WEIGHTS)
}

/// Writes the weights of the last epoch; as those of the best as well, where it `is_best`.
///
/// # Errors
/// They cannot be encoded or written.
pub fn write_weights(folder: &Path, network: &Network, is_best: bool) -> Result<(), TrainError> {
    let weights = network.to_safetensors()?;
    if is_best {
        storage::write(&folder.join(BEST_WEIGHTS), &weights)?;
    }
    storage::write(&last_weights(folder), &weights)?;
    Ok(())
}
