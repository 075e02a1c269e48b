//! Takes the files that a data set needs out of a zip or tar archive, and nothing else.
//!
//! An archive is a list of names and sizes that somebody else wrote, so nothing it says is
//! believed. A name that could lead out of the folder, a link, a device, or a file longer than
//! announced refuses the whole archive. Neither crate's own way of unpacking is used: both write
//! whatever the archive holds.

mod tar_entries;
#[cfg(test)]
mod tests;
mod zip_entries;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

use super::archive_problem::ArchiveProblem;
use super::error::DownloadError;

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

/// Where an entry of a name in the archive goes: a path below the folder, its parts joined by
/// `/`, or nothing where the entry is not needed.
pub type Target<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Writes the needed files of `archive` to `folder`, which must be there; the format is told by
/// the content. Gives the number of files written.
///
/// `progress` is called with the bytes of the archive that are done.
///
/// # Errors
/// Where the archive cannot be read, is of another format, damaged, larger than `limits`, or
/// holds anything but plain files and folders of names below its own folder, each once; and where
/// a file cannot be written. What was written until then stays.
pub fn extract(
    archive: &Path,
    folder: &Path,
    limits: Limits,
    target: Target,
    progress: &mut dyn FnMut(u64),
) -> Result<usize, DownloadError> {
    let read_error = |source| DownloadError::io("read", archive)(source);
    let mut file = File::open(archive).map_err(DownloadError::io("open", archive))?;
    let length = file.metadata().map_err(read_error)?.len();
    let mut extraction = Extraction {
        archive,
        folder,
        limits,
        target,
        length,
        entries: 0,
        bytes: 0,
        written: 0,
    };
    if length > limits.total_bytes {
        return Err(extraction.too_much(
            "bytes of archive",
            limits.total_bytes,
            length.to_string(),
        ));
    }
    let mut start = Vec::new();
    let read = (&file).take(512).read_to_end(&mut start);
    read.and_then(|_| file.rewind()).map_err(read_error)?;
    match format(&start) {
        Some(Format::Zip) => zip_entries::extract(file, &mut extraction, progress)?,
        Some(Format::TarGz) => {
            tar_entries::extract_packed(file, &mut extraction, progress)?;
        }
        Some(Format::Tar) => tar_entries::extract_plain(file, &mut extraction, progress)?,
        None => {
            let found = start.iter().take(4).map(|byte| format!("{byte:02x}"));
            let found = match start.is_empty() {
                true => "an empty file".to_owned(),
                false => found.collect::<Vec<_>>().join(" "),
            };
            return Err(extraction.refuse(ArchiveProblem::UnknownFormat { found }));
        }
    }
    Ok(extraction.written)
}

enum Format {
    Zip,
    TarGz,
    Tar,
}

fn format(start: &[u8]) -> Option<Format> {
    let is_tar = start.get(257..262) == Some(b"ustar");
    match start {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Format::Zip),
        [0x1f, 0x8b, ..] => Some(Format::TarGz),
        _ if is_tar => Some(Format::Tar),
        _ => None,
    }
}

/// One archive on its way to a folder.
struct Extraction<'a> {
    archive: &'a Path,
    folder: &'a Path,
    limits: Limits,
    target: Target<'a>,
    /// Bytes of the archive.
    length: u64,
    /// Entries admitted.
    entries: u64,
    /// Their bytes, unpacked.
    bytes: u64,
    /// Files written.
    written: usize,
}

impl Extraction<'_> {
    fn refuse(&self, problem: ArchiveProblem) -> DownloadError {
        DownloadError::Archive {
            path: self.archive.to_path_buf(),
            problem,
        }
    }

    fn damaged(&self, reason: impl ToString) -> DownloadError {
        self.refuse(ArchiveProblem::Damaged {
            reason: reason.to_string(),
        })
    }

    fn too_much(&self, what: &'static str, limit: u64, found: String) -> DownloadError {
        self.refuse(ArchiveProblem::TooMuch { what, limit, found })
    }

    /// Counts an entry that is a file or a folder, and checks its name and size.
    fn admit(&mut self, name: &[u8], bytes: u64) -> Result<String, DownloadError> {
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

    /// Writes one file that was admitted; `bytes` is its length as announced.
    fn write(
        &mut self,
        name: &str,
        target: &str,
        bytes: u64,
        content: &mut dyn Read,
    ) -> Result<(), DownloadError> {
        let path = self.folder.join(target);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(DownloadError::io("make the folder", parent))?;
        }
        // Never follows or replaces what is there.
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

/// A name in the archive as its parts joined by `/`, without `.` and empty parts.
fn plain_name(name: &[u8]) -> Result<String, &'static str> {
    let name = std::str::from_utf8(name).map_err(|_| "is not UTF-8")?;
    if name.starts_with('/') {
        return Err("is an absolute path");
    }
    // On Windows, a backslash parts folders and a colon names a drive or a hidden stream.
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

/// A reader that counts what it gave, for progress.
struct Counted<'a, R> {
    inner: R,
    count: &'a std::cell::Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}
