//! Locks that keep two processes from writing to the same place.

use std::fs::{File, TryLockError};
use std::io;

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

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{Lock, lock};

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
}
