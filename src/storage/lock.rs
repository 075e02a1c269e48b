//! Locks that keep two processes from writing to the same place.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Whether a file could be locked.
#[derive(Debug)]
pub enum Lock {
    /// It is locked until the file is closed.
    Held,
    /// Another process holds it.
    Busy,
    /// The file system has no locks, or refused; two processes at once would not be noticed.
    Unavailable(io::Error),
}

/// Tries to lock `file`, without waiting.
pub fn lock(file: &File) -> Lock {
    match file.try_lock() {
        Ok(()) => Lock::Held,
        Err(TryLockError::WouldBlock) => Lock::Busy,
        Err(TryLockError::Error(error)) => Lock::Unavailable(error),
    }
}

/// An empty file that exists while a process works on the folder around it; removed when dropped.
#[derive(Debug)]
pub struct LockFile {
    path: PathBuf,
    _file: File,
}

impl LockFile {
    /// Makes and locks the file at `path`; `None` if another process holds it.
    ///
    /// On a file system without locks, two processes at once are not noticed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn acquire(path: PathBuf) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = options.open(&path)?;
        if matches!(lock(&file), Lock::Busy) || !is_at(&file, &path)? {
            return Ok(None);
        }
        Ok(Some(Self { path, _file: file }))
    }
}

/// Whether `file` is still the one at `path`: its holder may have removed it after it was opened
/// here, and a third process may have made another.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match path.metadata() {
        Ok(there) => Ok(id(there) == id(file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

impl Drop for LockFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            log::warn!("{} cannot be removed: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_locked_once_and_free_again_when_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (first, second) = (File::create(&path).unwrap(), File::create(&path).unwrap());
        assert!(matches!(lock(&first), Lock::Held));
        assert!(matches!(lock(&second), Lock::Busy));
        drop(first);
        assert!(matches!(lock(&second), Lock::Held));
    }

    #[test]
    fn a_lock_file_is_held_by_one_and_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let acquire = || LockFile::acquire(path.clone()).unwrap();
        let first = acquire();
        assert!(first.is_some() && acquire().is_none());
        drop(first);
        assert!(!path.exists());
        assert!(acquire().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_on_a_file_that_was_removed_meanwhile_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let opened = File::create(&path).unwrap();
        assert!(is_at(&opened, &path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&opened, &path).unwrap());
        File::create(&path).unwrap();
        assert!(!is_at(&opened, &path).unwrap());
    }
}
