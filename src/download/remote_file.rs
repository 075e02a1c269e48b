//! A published file: what it is called, where it is, and what it must hold.

use std::path::Path;

/// Bytes of the longest download whose length is not known beforehand: 1 GiB.
const MAX_BYTES: u64 = 1 << 30;

/// Digits of the shortest beginning of a SHA-256 that a file is held to.
const MIN_DIGITS: usize = 8;

/// In place of the SHA-256 that a publisher does not give: nothing but the address vouches for the
/// content.
pub const UNPUBLISHED: &str = "not published";

/// Whether `known` is enough of a SHA-256 to tell files apart, and `sum` starts with it.
pub fn is_beginning(known: &str, sum: &str) -> bool {
    known.len() >= MIN_DIGITS && sum.starts_with(known)
}

/// A file as its publisher offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile<'a> {
    /// File name, both there and here.
    pub name: &'a str,
    /// Addresses of the folders that hold the file, each ending in `/`, or of the file itself;
    /// the publisher's own first, then mirrors in the order they are tried.
    pub mirrors: &'a [&'a str],
    /// MD5 where the publisher prints it, 32 lower-case hexadecimal digits.
    pub md5: Option<&'a str>,
    /// SHA-256 of the same file, 64 lower-case hexadecimal digits, or its first 8 or more where
    /// the publisher gives no more, or [`UNPUBLISHED`].
    pub sha256: &'a str,
    /// Length in bytes, where it is known.
    pub bytes: Option<u64>,
}

impl RemoteFile<'_> {
    /// The address of the file at `mirror`.
    pub fn address(&self, mirror: &str) -> String {
        match mirror.ends_with('/') {
            true => format!("{mirror}{}", self.name),
            false => mirror.to_owned(),
        }
    }

    /// Whether `sum`, a whole SHA-256, is that of this file.
    pub fn has_sha256(&self, sum: &str) -> bool {
        self.sha256 == UNPUBLISHED || is_beginning(self.sha256, sum)
    }

    /// Bytes that are never exceeded.
    pub fn max_bytes(&self) -> u64 {
        self.bytes.unwrap_or(MAX_BYTES)
    }

    /// Whether the file is in `folder`, as it is or without `.gz`.
    pub fn is_in(&self, folder: &Path) -> bool {
        let unpacked = self.name.strip_suffix(".gz").unwrap_or(self.name);
        folder.join(self.name).is_file() || folder.join(unpacked).is_file()
    }
}
