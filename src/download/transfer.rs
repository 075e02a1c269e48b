//! One attempt at one address: the HTTP side of a download.

use std::io::{self, Read};
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body, Proxy};

use super::error::DownloadError;
use super::event::FetchEvent;
use super::part_file::PartFile;
use super::remote_file::RemoteFile;

/// Why one attempt failed.
pub enum Failure {
    /// Temporary: another attempt at the same address may succeed.
    Retry(String),
    /// Permanent for this address.
    NextAddress(String),
    /// Independent of the address, e.g. the disk is full.
    Fatal(DownloadError),
}

impl From<DownloadError> for Failure {
    fn from(error: DownloadError) -> Self {
        Self::Fatal(error)
    }
}

/// Appends the missing bytes of `file` to `part`; their checksum is not verified here.
pub fn transfer(
    agent: &Agent,
    file: &RemoteFile,
    url: &str,
    part: &mut PartFile,
    progress: &mut dyn FnMut(FetchEvent),
) -> Result<(), Failure> {
    if part.len()? > file.max_bytes() {
        part.clear()?;
    }
    let start = part.len()?;
    if file.bytes == Some(start) {
        return Ok(());
    }
    let response = request(agent, url, start)?;
    let resumed_at = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(start) => start,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            part.clear()?;
            let reason = format!("the server cannot go on at byte {start}; starting over");
            return Err(Failure::Retry(reason));
        }
        status => return Err(refusal(status)),
    };
    let announced = response.body().content_length();
    if let Some(reason) = announced.and_then(|bytes| length_mismatch(file, resumed_at, bytes)) {
        return Err(Failure::NextAddress(reason));
    }
    let total = file.bytes.or(announced.map(|bytes| resumed_at + bytes));
    if resumed_at == 0 {
        part.clear()?;
    }
    progress(FetchEvent::Started {
        file,
        url,
        resumed_at,
        total,
    });
    receive(response, file, total, part, progress)
}

/// Why `announced` bytes from `resumed_at` on cannot be the rest of `file`; `None` if they can.
fn length_mismatch(file: &RemoteFile, resumed_at: u64, announced: u64) -> Option<String> {
    let expected = file.max_bytes() - resumed_at;
    match file.bytes {
        Some(_) if announced != expected => Some(format!(
            "the server announces {announced} bytes, expected {expected}"
        )),
        None if announced > expected => Some(format!(
            "the server announces {announced} bytes, at most {expected} are taken"
        )),
        _ => None,
    }
}

fn request(agent: &Agent, url: &str, start: u64) -> Result<Response<Body>, Failure> {
    let mut request = agent.get(url);
    if start > 0 {
        request = request.header(header::RANGE, format!("bytes={start}-"));
    }
    request.call().map_err(|error| {
        let reason = error.to_string();
        match is_permanent(&error) {
            true => Failure::NextAddress(reason),
            false => Failure::Retry(reason),
        }
    })
}

fn is_permanent(error: &ureq::Error) -> bool {
    use ureq::Error::{BadUri, HostNotFound, Http, Io, Rustls, Tls, TooManyRedirects};
    match error {
        HostNotFound | BadUri(_) | Http(_) | Rustls(_) | Tls(_) | TooManyRedirects => true,
        Io(error) => is_failed_lookup(error),
        _ => false,
    }
}

/// Whether a host name could not be resolved. [`io::ErrorKind`] has no kind for this: the standard
/// library reports it by a text on Unix and by a system code on Windows.
fn is_failed_lookup(error: &io::Error) -> bool {
    // WSAHOST_NOT_FOUND to WSANO_DATA; no code of other systems is as high.
    let windows = (error.raw_os_error()).is_some_and(|code| (11_001..=11_004).contains(&code));
    windows || error.to_string().contains("failed to lookup address")
}

/// An agent that waits at most `timeout` for a connection and for each further piece of data. The
/// time for a whole file depends on the connection, so it has no limit.
pub fn agent(proxy: Option<Proxy>, timeout: Duration) -> Agent {
    Agent::config_builder()
        .user_agent(concat!("convlab/", env!("CARGO_PKG_VERSION")))
        // Checksums and lengths are those of the file as published, not of its decoded content.
        .accept_encoding("identity")
        .http_status_as_error(false)
        .proxy(proxy)
        .timeout_resolve(Some(timeout))
        .timeout_connect(Some(timeout))
        .timeout_recv_response(Some(timeout))
        .timeout_per_read(Some(timeout))
        .build()
        .new_agent()
}

fn refusal(status: StatusCode) -> Failure {
    let reason = format!("the server answers {status}");
    let may_retry = status.is_server_error()
        || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status);
    if may_retry {
        Failure::Retry(reason)
    } else {
        Failure::NextAddress(reason)
    }
}

/// First byte of a partial response, from `Content-Range: bytes 100-199/200`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response
        .headers()
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?;
    range
        .strip_prefix("bytes ")?
        .split_once('-')?
        .0
        .trim()
        .parse()
        .ok()
}

fn receive(
    response: Response<Body>,
    file: &RemoteFile,
    expected: Option<u64>,
    part: &mut PartFile,
    progress: &mut dyn FnMut(FetchEvent),
) -> Result<(), Failure> {
    let of = expected.map_or(String::new(), |expected| format!(" of {expected}"));
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 64 * 1024];
    let mut total = part.len()?;
    loop {
        let received = match body.read(&mut buffer) {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let reason = format!("broken off after {total}{of} bytes: {error}");
                return Err(Failure::Retry(reason));
            }
        };
        if received == 0 && expected.is_some_and(|expected| total < expected) {
            let reason = format!("ended after {total}{of} bytes");
            return Err(Failure::Retry(reason));
        }
        if received == 0 {
            return Ok(());
        }
        total += received as u64;
        if total > file.max_bytes() {
            part.clear()?;
            let expected = if file.bytes.is_some() {
                "expected"
            } else {
                "allowed"
            };
            let bytes = file.max_bytes();
            let reason = format!("the server sends more than the {expected} {bytes} bytes");
            return Err(Failure::NextAddress(reason));
        }
        part.append(&buffer[..received])?;
        progress(FetchEvent::Received { total });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_cannot_be_looked_up_is_not_asked_again() {
        // A label may have 63 characters, so this name is refused without a network as well.
        let url = format!("http://{}.invalid/", "a".repeat(64));
        match request(&agent(None, Duration::from_secs(5)), &url, 0) {
            Err(Failure::NextAddress(reason)) => assert!(reason.contains("lookup"), "{reason}"),
            Err(Failure::Retry(reason)) => panic!("would be asked again: {reason}"),
            Err(Failure::Fatal(_)) | Ok(_) => panic!("a lookup that must fail did not"),
        }
    }

    #[test]
    fn a_refused_connection_is_tried_again() {
        // Port 9 of the own machine: nothing listens there.
        let answer = request(
            &agent(None, Duration::from_secs(5)),
            "http://127.0.0.1:9/",
            0,
        );
        assert!(matches!(answer, Err(Failure::Retry(_))));
    }
}
