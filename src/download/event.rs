//! What a download tells while it runs.

use super::remote_file::RemoteFile;
use crate::progress::{Progress, Running, Stage};

/// What a download has to tell while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchEvent<'a> {
    /// The file is there already and left alone.
    Present {
        /// The file.
        file: &'a RemoteFile<'a>,
    },
    /// Bytes are about to flow.
    Started {
        /// The file.
        file: &'a RemoteFile<'a>,
        /// Where from.
        url: &'a str,
        /// Bytes there from an earlier attempt.
        resumed_at: u64,
        /// Bytes of the whole file, where they are known.
        total: Option<u64>,
    },
    /// Bytes of the current file have arrived.
    Received {
        /// All bytes there by now.
        total: u64,
    },
    /// An address failed; another attempt or address follows, if one is left.
    Failed {
        /// Where from.
        url: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// The file is complete, verified and in its place.
    Done {
        /// The file.
        file: &'a RemoteFile<'a>,
    },
}

/// Tells `progress` of a download's events.
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
