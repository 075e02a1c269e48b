//! One archive on its way to a folder: which entries are admitted, and how files are written.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::download::archive_problem::ArchiveProblem;
use crate::download::error::DownloadError;

const BUFFER_BYTES: usize = 64 * 1024;

/// How much an archive may hold, needed or not; one with more is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files and folders.
    pub entries: u64,
    /// Bytes of one file, unpacked.
    pub file_bytes: u64,
    /// Bytes of the archive itself, and of all its files unpacked.
    pub total_bytes: u64,
}

/// Where the entry of a name in the archive goes: a path below the folder, its parts joined by
/// `/`; `None` if the entry is not needed.
pub type Destination<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The state of an extraction.
pub(super) struct Extraction<'a> {
    pub archive: &'a Path,
    pub folder: &'a Path,
    pub limits: Limits,
    pub destination: Destination<'a>,
    /// Bytes of the archive.
    pub length: u64,
    /// Entries admitted.
    pub entries: u64,
    /// Their bytes, unpacked.
    pub bytes: u64,
    /// Files written.
    pub written: usize,
}

impl Extraction<'_> {
    pub fn refuse(&self, problem: ArchiveProblem) -> DownloadError {
        DownloadError::Archive {
            path: self.archive.to_path_buf(),
            problem,
        }
    }

    pub fn damaged(&self, reason: impl ToString) -> DownloadError {
        self.refuse(ArchiveProblem::Damaged {
            reason: reason.to_string(),
        })
    }

    pub fn too_much(&self, what: &'static str, limit: u64, found: String) -> DownloadError {
        self.refuse(ArchiveProblem::TooMuch { what, limit, found })
    }

    /// Counts an entry that is a file or a folder, and checks its name and size.
    pub fn admit(&mut self, name: &[u8], bytes: u64) -> Result<String, DownloadError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(self.too_much("entries", self.limits.entries, "more".into()));
        }
        if bytes > self.limits.file_bytes {
            return Err(self.too_much(
                "bytes in a file",
                self.limits.file_bytes,
                format!("{bytes} in `{}`", String::from_utf8_lossy(name)),
            ));
        }
        self.bytes += bytes;
        if self.bytes > self.limits.total_bytes {
            return Err(self.too_much(
                "bytes in all files",
                self.limits.total_bytes,
                "more".into(),
            ));
        }
        let refused = |reason| {
            let name = String::from_utf8_lossy(name).escape_debug().to_string();
            self.refuse(ArchiveProblem::UnsafeName { name, reason })
        };
        plain_name(name).map_err(refused)
    }

    /// Writes one admitted file; `bytes` is the length that the archive announces.
    pub fn write(
        &mut self,
        name: &str,
        destination: &str,
        bytes: u64,
        content: &mut dyn Read,
    ) -> Result<(), DownloadError> {
        let path = self.folder.join(destination);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(DownloadError::io("make the folder", parent))?;
        }
        // `create_new` neither follows a link nor replaces a file.
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = file.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => self.refuse(ArchiveProblem::Twice { name: name.into() }),
            _ => DownloadError::io("write", &path)(error),
        })?;
        let wrong_size = |found: String| {
            self.refuse(ArchiveProblem::WrongSize {
                name: name.into(),
                expected: bytes,
                found,
            })
        };
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut total = 0;
        loop {
            let read = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.damaged(format!("`{name}`: {error}"))),
            };
            total += read as u64;
            if total > bytes {
                return Err(wrong_size("more".into()));
            }
            file.write_all(&buffer[..read])
                .map_err(DownloadError::io("write", &path))?;
        }
        if total < bytes {
            return Err(wrong_size(total.to_string()));
        }
        self.written += 1;
        Ok(())
    }
}

/// The parts of a name in the archive joined by `/`, without `.` and empty parts; or why the name
/// is unsafe.
fn plain_name(name: &[u8]) -> Result<String, &'static str> {
    let name = std::str::from_utf8(name).map_err(|_| "is not UTF-8")?;
    if name.starts_with('/') {
        return Err("is an absolute path");
    }
    // On Windows, a backslash separates folders and a colon names a drive or a hidden stream.
    if name.contains('\\') {
        return Err("has a backslash");
    }
    if name.contains(':') {
        return Err("has a colon");
    }
    if name.chars().any(char::is_control) {
        return Err("has a control character");
    }
    let parts: Vec<&str> = name
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if parts.contains(&"..") {
        return Err("leads out of its folder");
    }
    Ok(parts.join("/"))
}
