//! The entries of a tar archive, gzipped or plain.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::extraction::Extraction;
use crate::download::archive_problem::ArchiveProblem;
use crate::download::error::DownloadError;

/// Limit of the unpacked bytes between two entries: padding, and the headers of long names, which
/// the `tar` crate keeps in memory whatever their length.
const HEADER_BYTES: u64 = 256 * 1024;

/// Limit of the unpacked bytes after the last entry, which is padded to blocks of up to this size.
const END_BYTES: u64 = 16 << 20;

pub(super) fn extract_packed(
    file: File,
    extraction: &mut Extraction,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DownloadError> {
    let count = Cell::new(0);
    let counted = Counted {
        inner: file,
        count: &count,
    };
    let unpacked = MultiGzDecoder::new(BufReader::new(counted));
    extract(unpacked, &count, extraction, progress)
}

pub(super) fn extract_plain(
    file: File,
    extraction: &mut Extraction,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DownloadError> {
    let count = Cell::new(0);
    let counted = Counted {
        inner: file,
        count: &count,
    };
    extract(BufReader::new(counted), &count, extraction, progress)
}

/// A reader that counts the bytes it returns, for progress.
struct Counted<'a, R> {
    inner: R,
    count: &'a Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// A reader with an allowance of bytes, so that no header can ask for endless ones.
struct Limited<'a, R> {
    inner: R,
    allowance: &'a Cell<u64>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowance = self.allowance.get();
        if allowance == 0 && !buffer.is_empty() {
            return Err(io::Error::other("a header or the end is too long"));
        }
        let most = buffer
            .len()
            .min(usize::try_from(allowance).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        self.allowance.set(allowance - read as u64);
        Ok(read)
    }
}

fn extract(
    unpacked: impl Read,
    count: &Cell<u64>,
    extraction: &mut Extraction,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DownloadError> {
    let allowance = Cell::new(HEADER_BYTES);
    let mut archive = Archive::new(Limited {
        inner: unpacked,
        allowance: &allowance,
    });
    let entries = archive.entries();
    for entry in entries.map_err(|error| extraction.damaged(error))? {
        let mut entry = entry.map_err(|error| extraction.damaged(error))?;
        let kind = entry.header().entry_type();
        // Properties for all entries that follow, as git writes; none of them is used here.
        if kind == EntryType::XGlobalHeader {
            continue;
        }
        let name = extraction.admit(&entry.path_bytes(), entry.size())?;
        if let Some(found) = not_a_file(kind) {
            return Err(extraction.refuse(ArchiveProblem::NotAFile { name, found }));
        }
        // What is not read here is read on the way to the next entry.
        allowance.set(entry.size() + HEADER_BYTES);
        let destination = (extraction.destination)(&name).filter(|_| kind == EntryType::Regular);
        if let Some(destination) = destination {
            let bytes = entry.size();
            extraction.write(&name, &destination, bytes, &mut entry)?;
        }
        progress(count.get().min(extraction.length));
    }
    // gzip ends with a checksum: reading it verifies the content and detects a truncated file.
    allowance.set(END_BYTES);
    io::copy(&mut archive.into_inner(), &mut io::sink())
        .map_err(|error| extraction.damaged(error))?;
    Ok(())
}

fn not_a_file(kind: EntryType) -> Option<&'static str> {
    match kind {
        EntryType::Regular | EntryType::Directory => None,
        EntryType::Symlink => Some("a symbolic link"),
        EntryType::Link => Some("a hard link"),
        EntryType::Char | EntryType::Block | EntryType::Fifo => Some("a device or a pipe"),
        EntryType::GNUSparse => Some("a file with holes"),
        _ => Some("of a kind that is not known"),
    }
}
