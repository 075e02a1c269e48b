//! Downloads of published data sets.
//!
//! A file gets its name only once its length and both checksums are right; until then it is a
//! `.part` that the next attempt, or the next start of the program, goes on with. SHA-256 is what
//! the content is held to. MD5 is checked as well because it is what the publishers print, so
//! that the sums in the catalogue can be compared with theirs.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use md5::{Digest, Md5};
use sha2::Sha256;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body, Proxy};

use super::DataError;
use super::fingerprint::hex;

/// A file as its publisher offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile {
    /// File name, both there and here.
    pub name: &'static str,
    /// Addresses of the folders that hold the file, each ending in `/`; the publisher's own
    /// first, then mirrors in the order they are tried.
    pub mirrors: &'static [&'static str],
    /// MD5 as printed by the publisher, 32 lower-case hexadecimal digits.
    pub md5: &'static str,
    /// SHA-256 of the same file, 64 lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// Length in bytes.
    pub bytes: u64,
}

/// What a download has to tell while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchEvent<'a> {
    /// The file is there already and left alone.
    Present {
        /// The file.
        file: &'a RemoteFile,
    },
    /// Bytes are about to flow.
    Started {
        /// The file.
        file: &'a RemoteFile,
        /// Where from.
        url: &'a str,
        /// Bytes there from an earlier attempt.
        resumed_at: u64,
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
        file: &'a RemoteFile,
    },
}

/// Downloads what is missing of `files` to `folder`, which is made where needed. Files that are
/// there, as they are or without `.gz`, are left alone.
///
/// # Errors
/// Where the folder cannot be written, another process downloads the same file, or no address
/// delivers a file of the right length and checksums.
pub fn fetch(
    files: &[RemoteFile],
    folder: &Path,
    progress: &mut dyn FnMut(FetchEvent),
) -> Result<(), DataError> {
    Fetcher::new().fetch(files, folder, progress)
}

/// Whether `file` is in `folder`, as it is or without `.gz`.
pub fn is_present(file: &RemoteFile, folder: &Path) -> bool {
    let unpacked = file.name.strip_suffix(".gz").unwrap_or(file.name);
    folder.join(file.name).is_file() || folder.join(unpacked).is_file()
}

/// Why one attempt came to nothing.
enum Failure {
    /// Worth another attempt at the same address.
    Passing(String),
    /// This address has nothing to give.
    Lasting(String),
    /// No address can help, e.g. the disk is full.
    Fatal(DataError),
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
    ) -> Result<(), DataError> {
        fs::create_dir_all(folder).map_err(DataError::io("make the folder", folder))?;
        for file in files {
            if is_present(file, folder) {
                progress(FetchEvent::Present { file });
                continue;
            }
            self.fetch_file(file, folder, progress)?.map_err(|failures| {
                let missing = files.iter().filter(|file| !is_present(file, folder));
                DataError::Download {
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
    ) -> Result<Result<(), Vec<String>>, DataError> {
        let mut part = Part::open(folder.join(format!("{}.part", file.name)))?;
        let mut failures = Vec::new();
        for mirror in file.mirrors {
            let url = format!("{mirror}{}", file.name);
            let mut pause = self.pause;
            for attempt in 1..=self.attempts {
                let result = self
                    .download(file, &url, &mut part, progress)
                    .and_then(|()| part.verify(file));
                let (reason, passing) = match result {
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

    /// Goes on with the part from where it ends until it has all bytes of the file.
    fn download(
        &self,
        file: &RemoteFile,
        url: &str,
        part: &mut Part,
        progress: &mut dyn FnMut(FetchEvent),
    ) -> Result<(), Failure> {
        let mut start = part.len()?;
        if start > file.bytes {
            part.clear()?;
            start = 0;
        }
        if start == file.bytes {
            return Ok(());
        }
        let response = self.request(url, start)?;
        match response.status() {
            StatusCode::OK => {
                part.clear()?;
                start = 0;
            }
            StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(start) => {}
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                part.clear()?;
                let reason = format!("the server cannot go on at byte {start}; starting over");
                return Err(Failure::Passing(reason));
            }
            status => return Err(refused(status)),
        }
        progress(FetchEvent::Started {
            file,
            url,
            resumed_at: start,
        });
        receive(response, file, part, start, progress)
    }

    fn request(&self, url: &str, start: u64) -> Result<Response<Body>, Failure> {
        let mut request = self.agent.get(url);
        if start > 0 {
            request = request.header(header::RANGE, format!("bytes={start}-"));
        }
        request.call().map_err(|error| {
            use ureq::Error::{BadUri, Http, Rustls, Tls, TooManyRedirects};
            match error {
                BadUri(_) | Http(_) | Rustls(_) | Tls(_) | TooManyRedirects => {
                    Failure::Lasting(error.to_string())
                }
                _ => Failure::Passing(error.to_string()),
            }
        })
    }
}

/// `patience` bounds the wait for a connection and for every further piece of data; how long a
/// whole file may take depends on the line, so it is not bounded.
fn agent(proxy: Option<Proxy>, patience: Duration) -> Agent {
    Agent::config_builder()
        .user_agent(concat!("convlab/", env!("CARGO_PKG_VERSION")))
        // Sums and lengths are those of the file as published, not of what it unpacks to.
        .accept_encoding("identity")
        .http_status_as_error(false)
        .proxy(proxy)
        .timeout_resolve(Some(patience))
        .timeout_connect(Some(patience))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience))
        .build()
        .new_agent()
}

fn refused(status: StatusCode) -> Failure {
    let reason = format!("the server answers {status}");
    let passing = status.is_server_error()
        || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status);
    if passing { Failure::Passing(reason) } else { Failure::Lasting(reason) }
}

/// First byte of a partial answer, from `Content-Range: bytes 100-199/200`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.trim().parse().ok()
}

fn receive(
    response: Response<Body>,
    file: &RemoteFile,
    part: &mut Part,
    start: u64,
    progress: &mut dyn FnMut(FetchEvent),
) -> Result<(), Failure> {
    let expected = file.bytes - start;
    if let Some(announced) = response.body().content_length().filter(|&bytes| bytes != expected) {
        let reason = format!("the server announces {announced} bytes, expected {expected}");
        return Err(Failure::Lasting(reason));
    }
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 64 * 1024];
    let mut total = start;
    loop {
        let received = match body.read(&mut buffer) {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let reason = format!("broken off after {total} of {} bytes: {error}", file.bytes);
                return Err(Failure::Passing(reason));
            }
        };
        if received == 0 && total < file.bytes {
            let reason = format!("ended after {total} of {} bytes", file.bytes);
            return Err(Failure::Passing(reason));
        }
        if received == 0 {
            return Ok(());
        }
        total += received as u64;
        if total > file.bytes {
            part.clear()?;
            let reason = format!("the server sends more than the expected {} bytes", file.bytes);
            return Err(Failure::Lasting(reason));
        }
        part.append(&buffer[..received])?;
        progress(FetchEvent::Received { total });
    }
}

/// The unfinished file. Held under a lock, so that two processes do not write into each other.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    fn open(path: PathBuf) -> Result<Self, DataError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(DataError::io("write", &path))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(DataError::DownloadBusy { path }),
            // File systems without locks exist; there, two downloads at once are not noticed.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path, file }),
        }
    }

    fn fatal(&self, action: &'static str) -> impl FnOnce(io::Error) -> Failure {
        let shaped = DataError::io(action, &self.path);
        move |error| Failure::Fatal(shaped(error))
    }

    fn len(&self) -> Result<u64, Failure> {
        Ok(self.file.metadata().map_err(self.fatal("read"))?.len())
    }

    fn clear(&mut self) -> Result<(), Failure> {
        self.file.set_len(0).map_err(self.fatal("empty"))
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.seek(SeekFrom::End(0)).and_then(|_| self.file.write_all(bytes));
        written.map_err(self.fatal("write"))
    }

    /// Compares both checksums; a part that does not match is emptied, so that nothing goes on
    /// with it.
    fn verify(&mut self, file: &RemoteFile) -> Result<(), Failure> {
        let (mut md5, mut sha256) = (Md5::new(), Sha256::new());
        let mut buffer = vec![0; 64 * 1024];
        self.file.seek(SeekFrom::Start(0)).map_err(self.fatal("read"))?;
        loop {
            match self.file.read(&mut buffer).map_err(self.fatal("read"))? {
                0 => break,
                read => {
                    md5.update(&buffer[..read]);
                    sha256.update(&buffer[..read]);
                }
            }
        }
        let (md5, sha256) = (hex(&md5.finalize()), hex(&sha256.finalize()));
        if (md5.as_str(), sha256.as_str()) == (file.md5, file.sha256) {
            log::info!("{}: {} bytes, SHA-256 {sha256}", file.name, file.bytes);
            return Ok(());
        }
        self.clear()?;
        Err(Failure::Passing(format!(
            "wrong content: expected SHA-256 {} and MD5 {}, received SHA-256 {sha256} and MD5 {md5}",
            file.sha256, file.md5
        )))
    }

    fn rename(self, target: &Path) -> Result<(), DataError> {
        self.file.sync_all().map_err(DataError::io("write", &self.path))?;
        fs::rename(&self.path, target).map_err(DataError::io("rename", &self.path))
    }

    /// Leaves nothing behind where there is nothing to go on with.
    fn remove_if_empty(self) {
        if self.len().is_ok_and(|length| length == 0)
            && let Err(error) = fs::remove_file(&self.path)
        {
            log::warn!("{} cannot be removed: {error}", self.path.display());
        }
    }
}
