//! Files that are written completely or not at all, locks, and the folders where this program
//! keeps things.
//!
//! `write` builds on `error`; the other files stand alone.

mod error;
mod folders;
mod lock;
mod write;

pub use error::StorageError;
pub use folders::{NotAFolder, cache_folder, choose_folder, folder_name};
pub use lock::{Lock, LockFile, lock};
pub use write::{read_json, write, write_json};
