//! Takes the files that a data set needs out of a zip or tar archive, and nothing else.
//!
//! Archives are not trusted: a name that could lead out of the folder, a link, a device, or a file
//! longer than announced refuses the whole archive. The unpacking functions of the `zip` and `tar`
//! crates are not used, because they write whatever the archive holds.
//!
//! In order: `extraction` admits and writes entries, `tar_entries` and `zip_entries` list them.

mod extraction;
mod tar_entries;
#[cfg(test)]
mod tests;
mod zip_entries;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use super::archive_problem::ArchiveProblem;
use super::error::DownloadError;
use extraction::Extraction;

pub use extraction::{Destination, Limits};

/// Writes the needed files of `archive` to `folder`, which must exist; the format is detected by
/// the content. Returns the number of files written.
///
/// `progress` is called with the bytes of the archive that are done.
///
/// # Errors
/// The archive cannot be read, is of another format, damaged, larger than `limits`, or holds
/// anything but plain files and folders with names below its own folder, each once; or a file
/// cannot be written. Files written before the error stay.
pub fn extract(
    archive: &Path,
    folder: &Path,
    limits: Limits,
    destination: Destination,
    progress: &mut dyn FnMut(u64),
) -> Result<usize, DownloadError> {
    let read_error = |source| DownloadError::io("read", archive)(source);
    let mut file = File::open(archive).map_err(DownloadError::io("open", archive))?;
    let length = file.metadata().map_err(read_error)?.len();
    let mut extraction = Extraction {
        archive,
        folder,
        limits,
        destination,
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
    match detect_format(&start) {
        Some(ArchiveFormat::Zip) => zip_entries::extract(file, &mut extraction, progress)?,
        Some(ArchiveFormat::TarGz) => {
            tar_entries::extract_packed(file, &mut extraction, progress)?;
        }
        Some(ArchiveFormat::Tar) => tar_entries::extract_plain(file, &mut extraction, progress)?,
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

enum ArchiveFormat {
    Zip,
    TarGz,
    Tar,
}

fn detect_format(start: &[u8]) -> Option<ArchiveFormat> {
    let is_tar = start.get(257..262) == Some(b"ustar");
    match start {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(ArchiveFormat::Zip),
        [0x1f, 0x8b, ..] => Some(ArchiveFormat::TarGz),
        _ if is_tar => Some(ArchiveFormat::Tar),
        _ => None,
    }
}
