//! Atomic writes, and JSON.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::Builder;

use super::error::StorageError;

/// Reads a JSON file this program wrote.
///
/// # Errors
/// It is missing or damaged.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StorageError> {
    let text = std::fs::read_to_string(path).map_err(|source| StorageError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|error| StorageError::Damaged {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })
}

/// Writes `bytes` to a temporary name beside `path`, then renames: whoever reads `path` finds the
/// old content or the new, never half of it.
///
/// # Errors
/// [`StorageError::Write`]; what stood at `path` is left as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let attempt = || {
        if path.exists() && !path.is_file() {
            let what = "it exists and is no regular file";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        let mut builder = Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o644));
        }
        let mut file = builder.prefix(".part-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    attempt().map_err(|source| StorageError::Write {
        path: path.to_path_buf(),
        source,
    })
}

/// Writes `value` as JSON, see [`write`](fn@write).
///
/// # Errors
/// [`StorageError::Write`]
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), StorageError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| StorageError::Write {
        path: path.to_path_buf(),
        source: error.into(),
    })?;
    text.push('\n');
    write(path, text.as_bytes())
}
