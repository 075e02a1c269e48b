//! The entries of a zip archive.

use std::fs::File;
use std::io::BufReader;

use zip::ZipArchive;
use zip::read::ZipFileEntry;

use super::extraction::Extraction;
use crate::download::archive_problem::ArchiveProblem;
use crate::download::error::DownloadError;

/// The file type bits of a Unix mode, and three of their values.
const FILE_TYPE: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// An entry that is needed.
struct Needed {
    index: usize,
    name: String,
    destination: String,
    bytes: u64,
    packed_bytes: u64,
}

/// The whole central directory is checked before anything is written.
pub(super) fn extract(
    file: File,
    extraction: &mut Extraction,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DownloadError> {
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|error| extraction.damaged(error))?;
    if archive.has_duplicate_names() {
        let name = "a name in its directory".to_owned();
        return Err(extraction.refuse(ArchiveProblem::Twice { name }));
    }
    let mut needed = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index);
        let entry = entry.map_err(|error| extraction.damaged(error))?;
        let name = extraction.admit(entry.name_raw(), entry.size())?;
        if let Some(found) = not_a_file(&entry) {
            return Err(extraction.refuse(ArchiveProblem::NotAFile { name, found }));
        }
        if is_folder(&entry) {
            continue;
        }
        needed.extend((extraction.destination)(&name).map(|destination| Needed {
            index,
            name,
            destination,
            bytes: entry.size(),
            packed_bytes: entry.compressed_size(),
        }));
    }
    if archive
        .has_overlapping_entries()
        .map_err(|error| extraction.damaged(error))?
    {
        return Err(extraction.refuse(ArchiveProblem::Overlap));
    }
    let mut done = 0;
    for entry in needed {
        let content = archive.by_index(entry.index);
        let mut content =
            content.map_err(|error| extraction.damaged(format!("`{}`: {error}", entry.name)))?;
        extraction.write(&entry.name, &entry.destination, entry.bytes, &mut content)?;
        done += entry.packed_bytes;
        progress(done);
    }
    Ok(())
}

fn not_a_file(entry: &ZipFileEntry) -> Option<&'static str> {
    if entry.encrypted() {
        return Some("encrypted");
    }
    match entry.unix_mode().map_or(0, |mode| mode & FILE_TYPE) {
        0 | FILE | FOLDER => None,
        LINK => Some("a symbolic link"),
        _ => Some("a device or a pipe"),
    }
}

fn is_folder(entry: &ZipFileEntry) -> bool {
    let mode = entry.unix_mode().map_or(0, |mode| mode & FILE_TYPE);
    entry.name_raw().ends_with(b"/") || mode == FOLDER
}
