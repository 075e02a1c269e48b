//! Files that are whole or not there, locks, and the folders where this program keeps things.

mod folders;
mod lock;
mod write;

use std::io;
use std::path::PathBuf;

pub use folders::{NotAFolder, cache_folder, choose_folder, folder_name};
pub use lock::{Lock, lock};
pub use write::{read_json, write, write_json};

/// A file cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("cannot write {path}; free some space or choose another folder")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is damaged: {reason}; put it back from a copy, or train the run anew")]
    Damaged { path: PathBuf, reason: String },
}
