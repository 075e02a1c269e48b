//! Why a file could not be written or read.

use std::io;
use std::path::PathBuf;

/// A file cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("cannot write {path}; free some space or choose another folder")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is damaged: {reason}; restore it from a copy, or train the run again")]
    Damaged { path: PathBuf, reason: String },
    /// The file is that of a newer version, and probably whole.
    #[error("{path}: {reason}")]
    NotUnderstood { path: PathBuf, reason: String },
}
