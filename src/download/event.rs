//! The events of a download.

use super::remote_file::RemoteFile;
use crate::progress::{Progress, Running, Stage};

/// Something that happened during a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchEvent<'a> {
    /// The file exists already and is not downloaded.
    Present {
        /// The file.
        file: &'a RemoteFile<'a>,
    },
    /// The server has answered; bytes follow.
    Started {
        /// The file.
        file: &'a RemoteFile<'a>,
        /// The address.
        url: &'a str,
        /// Bytes kept from an earlier attempt.
        resumed_at: u64,
        /// Bytes of the whole file, if known.
        total: Option<u64>,
    },
    /// Bytes of the current file have arrived.
    Received {
        /// Bytes received so far, with those of earlier attempts.
        total: u64,
    },
    /// An attempt failed; another attempt or address follows, if one is left.
    Failed {
        /// The address.
        url: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// The file is complete and verified, and has its name.
    Done {
        /// The file.
        file: &'a RemoteFile<'a>,
    },
}

/// A listener that reports the events of a download to `progress`.
pub fn forward(progress: &dyn Progress) -> impl FnMut(FetchEvent) + '_ {
    let mut running = None;
    move |event| match event {
        FetchEvent::Present { .. } => {}
        FetchEvent::Started {
            file,
            url,
            resumed_at,
            total,
        } => {
            progress.note(&format!("downloading {url}"));
            let stage = Stage::bytes("", file.name);
            let begun = running.insert(Running::begin(progress, stage, total));
            begun.advance_to(resumed_at);
        }
        FetchEvent::Received { total } => {
            if let Some(running) = &mut running {
                running.advance_to(total);
            }
        }
        FetchEvent::Failed { url, reason } => {
            running = None;
            progress.warn(&format!("{url}: {reason}"));
        }
        FetchEvent::Done { file } => {
            running = None;
            progress.note(&format!("{} is complete, its checksum is right", file.name));
        }
    }
}
