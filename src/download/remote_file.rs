//! A published file: its name, addresses, length and checksums.

use std::path::Path;

/// Limit for a download of unknown length: 1 GiB.
const MAX_BYTES: u64 = 1 << 30;

/// Digits of the shortest prefix of a SHA-256 that is accepted as a checksum.
const MIN_DIGITS: usize = 8;

/// Stands for a SHA-256 that the publisher does not print: the content is not verified.
pub const UNPUBLISHED: &str = "not published";

/// Whether `known` is a long enough prefix of the SHA-256 `sum`.
pub fn is_prefix(known: &str, sum: &str) -> bool {
    known.len() >= MIN_DIGITS && sum.starts_with(known)
}

/// A file as its publisher offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile<'a> {
    /// File name, on the server and on this machine.
    pub name: &'a str,
    /// Addresses of the folders that hold the file, each ending in `/`, or of the file itself;
    /// the publisher's own first, then mirrors in the order they are tried.
    pub mirrors: &'a [&'a str],
    /// MD5 if the publisher prints it, 32 lower-case hexadecimal digits.
    pub md5: Option<&'a str>,
    /// SHA-256, 64 lower-case hexadecimal digits, or its first 8 or more if the publisher prints no
    /// more, or [`UNPUBLISHED`].
    pub sha256: &'a str,
    /// Length in bytes, if known.
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

    /// Whether the whole SHA-256 `sum` matches the known one.
    pub fn has_sha256(&self, sum: &str) -> bool {
        self.sha256 == UNPUBLISHED || is_prefix(self.sha256, sum)
    }

    /// Most bytes that a download may have.
    pub fn max_bytes(&self) -> u64 {
        self.bytes.unwrap_or(MAX_BYTES)
    }

    /// Whether the file is in `folder`, with or without `.gz`.
    pub fn is_in(&self, folder: &Path) -> bool {
        let unpacked = self.name.strip_suffix(".gz").unwrap_or(self.name);
        folder.join(self.name).is_file() || folder.join(unpacked).is_file()
    }
}
