//! Weights are found by name, path and address, and nothing unverified is taken.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;

use sha2::{Digest, Sha256};

use crate::download::{DownloadError, RemoteFile};
use crate::fingerprint::hex;
use crate::progress::{Progress, Stage};
use crate::weights::{LocateError, Published, locate};

const CONTENT: &[u8] = b"these are the weights";

fn sum() -> String {
    hex(&Sha256::digest(CONTENT))
}

/// The address of a server that gives `body` to every one of `requests` requests.
fn serve(body: &'static [u8], requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for _ in 0..requests {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let length = body.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            // The client may hang up early.
            stream.write_all(&[head.as_bytes(), body].concat()).ok();
        }
    });
    address
}

/// Published under the name `imagenet` on the server at `address`; the first digits of its sum are
/// known.
fn published(address: &str, sum: &str) -> Published {
    let mirrors: &[&str] = vec![&*address.to_owned().leak()].leak();
    Published {
        name: "imagenet",
        file: RemoteFile {
            name: "net-01234567.pth",
            mirrors,
            md5: None,
            sha256: sum[..8].to_owned().leak(),
            bytes: None,
        },
    }
}

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// Panics where something is fetched.
struct Never;

impl Progress for Never {
    fn begin(&self, stage: Stage, _total: Option<u64>) {
        panic!("nothing must be fetched: {stage:?}");
    }

    fn warn(&self, text: &str) {
        panic!("nothing must be fetched: {text}");
    }
}

fn find(wanted: &str, sha256: Option<&str>, folder: &Path) -> Result<PathBuf, LocateError> {
    let published = [published(NOWHERE, &sum())];
    locate(wanted, sha256, &published, Some(folder), &Never)
}

fn fetch(
    wanted: &str,
    sha256: Option<&str>,
    published: &[Published],
    folder: &Path,
) -> Result<PathBuf, LocateError> {
    locate(wanted, sha256, published, Some(folder), &())
}

#[test]
fn a_published_file_is_fetched_once_and_held_to_the_first_digits_of_its_sum() {
    let folder = tempfile::tempdir().unwrap();
    let known = [published(&serve(CONTENT, 1), &sum())];
    let inside = folder.path().join("made/when/needed");
    for _ in 0..2 {
        let path = fetch("imagenet", None, &known, &inside).unwrap();
        assert_eq!(path, inside.join("net-01234567.pth"));
        assert_eq!(fs::read(path).unwrap(), CONTENT);
    }
}

#[test]
fn another_content_than_the_published_one_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let known = [published(&serve(b"<html>log in</html>", 1), &sum())];
    let error = fetch("imagenet", None, &known, folder.path()).unwrap_err();
    assert!(
        matches!(error, LocateError::Download(DownloadError::Failed { .. })),
        "{error}"
    );
    assert!(error.to_string().contains(&sum()[..8]), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_there_is_verified_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net-01234567.pth");
    fs::write(&path, CONTENT).unwrap();
    assert_eq!(find("imagenet", None, folder.path()).unwrap(), path);
    assert_eq!(find("imagenet", Some(&sum()), folder.path()).unwrap(), path);
    fs::write(&path, "other").unwrap();
    let error = find("imagenet", None, folder.path()).unwrap_err();
    assert!(matches!(error, LocateError::WrongContent { .. }), "{error}");
    assert_eq!(fs::read(path).unwrap(), b"other");
}

#[test]
fn a_path_is_looked_for_as_it_is_then_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.pth");
    fs::write(&path, CONTENT).unwrap();
    let absolute = path.display().to_string();
    assert_eq!(find(&absolute, None, folder.path()).unwrap(), path);
    assert_eq!(find("mine.pth", None, folder.path()).unwrap(), path);
    assert_eq!(
        find("mine.pth", Some(&sum().to_uppercase()), folder.path()).unwrap(),
        path
    );
    let other = "0".repeat(64);
    let error = find("mine.pth", Some(&other), folder.path()).unwrap_err();
    assert!(matches!(error, LocateError::WrongContent { .. }), "{error}");
    // Tests run in the folder of the crate.
    let near = find("Cargo.toml", None, folder.path()).unwrap();
    assert_eq!(near, Path::new("Cargo.toml"));
}

#[test]
fn the_folder_of_a_run_stands_for_its_weights() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    fs::create_dir(&run).unwrap();
    let error = find("run", None, folder.path()).unwrap_err();
    assert!(matches!(error, LocateError::NoRun { .. }), "{error}");
    fs::write(run.join("model.safetensors"), CONTENT).unwrap();
    let found = find("run", None, folder.path()).unwrap();
    assert_eq!(found, run.join("model.safetensors"));
}

#[test]
fn an_address_needs_a_sum_and_its_file_is_kept_under_a_harmless_name() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}a/..%2fnet.pth?download=true", serve(CONTENT, 1));
    let error = fetch(&url, None, &[], folder.path())
        .unwrap_err()
        .to_string();
    assert!(error.contains("model.sha256"), "{error}");
    let error = fetch(&url, Some("abc"), &[], folder.path()).unwrap_err();
    assert!(matches!(error, LocateError::Checksum { .. }), "{error}");
    for _ in 0..2 {
        let path = fetch(&url, Some(&sum()), &[], folder.path()).unwrap();
        assert_eq!(path, folder.path().join("_2fnet.pth"));
        assert_eq!(fs::read(path).unwrap(), CONTENT);
    }
}

#[test]
fn the_content_of_an_address_is_held_to_the_whole_sum() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}net.pth", serve(CONTENT, 1));
    let other = format!("{}{}", &sum()[..8], "0".repeat(56));
    let error = fetch(&url, Some(&other), &[], folder.path()).unwrap_err();
    assert!(error.to_string().contains("wrong content"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_address_without_a_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "https://example.org",
        "https://example.org/",
        "http://example.org/a/..",
        "HTTP://x/?a/b",
    ] {
        let error = fetch(url, Some(&sum()), &[], folder.path()).unwrap_err();
        assert!(
            matches!(error, LocateError::NoFileName { .. }),
            "{url}: {error}"
        );
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_and_all_that_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = find("imagnet", None, folder.path())
        .unwrap_err()
        .to_string();
    for part in [
        "did you mean \"imagenet\"?",
        "expected imagenet, the path of a file",
        "an address",
        &folder.path().join("imagnet").display().to_string(),
    ] {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
    assert!(find("", None, folder.path()).is_err());
}
