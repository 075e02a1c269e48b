//! The entries of a tar archive, packed by gzip or plain.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::{ArchiveProblem, Counted, Extraction};
use crate::download::error::DownloadError;

/// Most unpacked bytes between two entries: padding and the headers of long names, which the
/// crate keeps in memory whatever their length.
const HEADER_BYTES: u64 = 256 * 1024;

/// Most unpacked bytes after the last entry; programs fill up to blocks of this size.
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

/// Gives no more than it is allowed to, so that no header can ask for endless bytes.
struct Rationed<'a, R> {
    inner: R,
    ration: &'a Cell<u64>,
}

impl<R: Read> Read for Rationed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ration = self.ration.get();
        if ration == 0 && !buffer.is_empty() {
            return Err(io::Error::other("a header or the end is too long"));
        }
        let most = buffer
            .len()
            .min(usize::try_from(ration).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        self.ration.set(ration - read as u64);
        Ok(read)
    }
}

fn extract(
    unpacked: impl Read,
    count: &Cell<u64>,
    extraction: &mut Extraction,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DownloadError> {
    let ration = Cell::new(HEADER_BYTES);
    let mut archive = Archive::new(Rationed {
        inner: unpacked,
        ration: &ration,
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
        ration.set(entry.size() + HEADER_BYTES);
        let target = (extraction.target)(&name).filter(|_| kind == EntryType::Regular);
        if let Some(target) = target {
            let bytes = entry.size();
            extraction.write(&name, &target, bytes, &mut entry)?;
        }
        progress(count.get().min(extraction.length));
    }
    // The checksum of gzip comes last, and a file cut short is known by its absence.
    ration.set(END_BYTES);
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
