//! A published file: what it is called, where it is, and what it must hold.

use std::path::Path;

/// A file as its publisher offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile {
    /// File name, both there and here.
    pub name: &'static str,
    /// Addresses of the folders that hold the file, each ending in `/`; the publisher's own
    /// first, then mirrors in the order they are tried.
    pub mirrors: &'static [&'static str],
    /// MD5 as printed by the publisher, 32 lower-case hexadecimal digits.
    pub md5: &'static str,
    /// SHA-256 of the same file, 64 lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// Length in bytes.
    pub bytes: u64,
}

impl RemoteFile {
    /// Whether the file is in `folder`, as it is or without `.gz`.
    pub fn is_in(&self, folder: &Path) -> bool {
        let unpacked = self.name.strip_suffix(".gz").unwrap_or(self.name);
        folder.join(self.name).is_file() || folder.join(unpacked).is_file()
    }
}
