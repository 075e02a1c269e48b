//! Downloads of published files.
//!
//! A file gets its name only once its length and its checksums are right; until then it is a
//! `.part` that the next attempt, or the next start of the program, goes on with. SHA-256 is what
//! the content is held to. MD5 is checked as well where the publishers print it, so that the sums
//! in the catalogue can be compared with theirs.

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

/// Downloads what is missing of `files` to `folder`, which is made where needed. Files that are
/// there, as they are or without `.gz`, are left alone.
///
/// # Errors
/// Where the folder cannot be written, another process downloads the same file, or no address
/// delivers a file of the right length and checksums.
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
    /// Pause after the first failed attempt; it doubles with every further one.
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

    /// The inner result holds the last reason of every address.
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
                let (reason, passing) = match self.attempt(file, &url, &mut part, progress) {
                    Ok(()) => {
                        part.rename(&folder.join(file.name))?;
                        return Ok(Ok(()));
                    }
                    Err(Failure::Passing(reason)) => (reason, true),
                    Err(Failure::Lasting(reason)) => (reason, false),
                    Err(Failure::Fatal(error)) => return Err(error),
                };
                log::warn!("{url}: {reason}");
                progress(FetchEvent::Failed {
                    url: &url,
                    reason: &reason,
                });
                if passing && attempt < self.attempts {
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
            // The wrong bytes may be those of an earlier attempt.
            Some(difference) if resumed => Err(Failure::Passing(difference)),
            Some(difference) => Err(Failure::Lasting(difference)),
        }
    }
}

#[cfg(test)]
mod tests;
