//! Downloads of published files.
//!
//! A file gets its name only after its length and checksums have been verified; until then it is a
//! `.part` file that the next attempt, or the next start of the program, continues. The content is
//! verified by its SHA-256, and by its MD5 as well if the publisher prints one, so that the
//! checksums in the catalogue can be compared with the publisher's.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use ureq::{Agent, Proxy};

use super::error::DownloadError;
use super::event::{FetchEvent, forward};
use super::part_file::PartFile;
use super::remote_file::RemoteFile;
use super::transfer::{Failure, agent, transfer};
use crate::progress::Progress;

/// Downloads those of `files` that `folder` lacks; the folder is created if necessary. Files that
/// exist, with or without `.gz`, are not touched.
///
/// # Errors
/// The folder cannot be written, another process is downloading the same file, or no address
/// delivers a file with the expected length and checksums.
pub fn fetch(
    files: &[RemoteFile],
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(), DownloadError> {
    Fetcher::new().fetch(files, folder, &mut forward(progress))
}

struct Fetcher {
    agent: Agent,
    /// Attempts per address.
    attempts: u32,
    /// Pause after the first failed attempt; doubled after every further one.
    pause: Duration,
}

impl Fetcher {
    fn new() -> Self {
        Self {
            agent: agent(Proxy::try_from_env(), Duration::from_secs(30)),
            attempts: 4,
            pause: Duration::from_secs(1),
        }
    }

    fn fetch(
        &self,
        files: &[RemoteFile],
        folder: &Path,
        progress: &mut dyn FnMut(FetchEvent),
    ) -> Result<(), DownloadError> {
        fs::create_dir_all(folder).map_err(DownloadError::io("make the folder", folder))?;
        for file in files {
            if file.is_in(folder) {
                progress(FetchEvent::Present { file });
                continue;
            }
            self.fetch_file(file, folder, progress)?
                .map_err(|failures| {
                    let missing = files.iter().filter(|file| !file.is_in(folder));
                    DownloadError::Failed {
                        file: file.name.to_owned(),
                        folder: folder.to_path_buf(),
                        failures,
                        missing: missing.map(|file| file.name.to_owned()).collect(),
                    }
                })?;
            progress(FetchEvent::Done { file });
        }
        Ok(())
    }

    /// The inner error holds the last reason of every address.
    fn fetch_file(
        &self,
        file: &RemoteFile,
        folder: &Path,
        progress: &mut dyn FnMut(FetchEvent),
    ) -> Result<Result<(), Vec<String>>, DownloadError> {
        let mut part = PartFile::open(folder.join(format!("{}.part", file.name)))?;
        let mut failures = Vec::new();
        for mirror in file.mirrors {
            let url = file.address(mirror);
            let mut pause = self.pause;
            for attempt in 1..=self.attempts {
                let (reason, may_retry) = match self.attempt(file, &url, &mut part, progress) {
                    Ok(()) => {
                        part.rename(&folder.join(file.name))?;
                        return Ok(Ok(()));
                    }
                    Err(Failure::Retry(reason)) => (reason, true),
                    Err(Failure::NextAddress(reason)) => (reason, false),
                    Err(Failure::Fatal(error)) => return Err(error),
                };
                log::warn!("{url}: {reason}");
                progress(FetchEvent::Failed {
                    url: &url,
                    reason: &reason,
                });
                if may_retry && attempt < self.attempts {
                    thread::sleep(pause);
                    pause *= 2;
                } else {
                    failures.push(format!("{url}: {reason}"));
                    break;
                }
            }
        }
        part.remove_if_empty();
        Ok(Err(failures))
    }

    fn attempt(
        &self,
        file: &RemoteFile,
        url: &str,
        part: &mut PartFile,
        progress: &mut dyn FnMut(FetchEvent),
    ) -> Result<(), Failure> {
        let resumed = part.len()? > 0;
        transfer(&self.agent, file, url, part, progress)?;
        match part.verify(file)? {
            None => Ok(()),
            // The wrong bytes may come from an earlier attempt.
            Some(difference) if resumed => Err(Failure::Retry(difference)),
            Some(difference) => Err(Failure::NextAddress(difference)),
        }
    }
}

#[cfg(test)]
mod tests;
