//! Finds files of weights: published ones by name, others by path or address.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::locate_error::LocateError;
use super::published::Published;
use crate::download::{RemoteFile, UNPUBLISHED, fetch, is_prefix};
use crate::fingerprint::sha256_of;
use crate::progress::Progress;
use crate::storage::{NotAFolder, choose_folder};
use crate::text::did_you_mean;

/// The weights of a run's best epoch, in the run's folder.
pub const BEST_WEIGHTS: &str = "model.safetensors";

/// Environment variable that names the folder of weights.
pub const WEIGHTS_DIR_VARIABLE: &str = "CONVLAB_WEIGHTS";

/// The folder of weights: `explicit` (from `--weights-dir`), else `CONVLAB_WEIGHTS` if it is set and
/// not empty, else `convlab/weights` in the user's cache folder. It need not exist yet.
///
/// # Errors
/// The path is not a folder, or there is no cache folder.
pub fn weights_dir(explicit: Option<&Path>) -> Result<PathBuf, LocateError> {
    let folder = choose_folder(explicit, WEIGHTS_DIR_VARIABLE, "weights");
    let folder = folder.map_err(|NotAFolder(path)| LocateError::NotAFolder { path })?;
    folder.ok_or(LocateError::NoFolder)
}

/// The file of the weights `requested`: a name of `published`, an address (`https://...`), or the path
/// of a file or of a run's folder.
///
/// Published files and files at an address are kept in the [folder of weights](weights_dir), and
/// downloaded if they are missing. A relative path is tried from the current folder, then from the
/// folder of weights. The file must have the checksum `sha256`, which is required with an address;
/// files that exist already are verified as well.
///
/// # Errors
/// There is no such file, it cannot be downloaded, or it has another checksum.
pub fn locate(
    requested: &str,
    sha256: Option<&str>,
    published: &[Published],
    explicit_dir: Option<&Path>,
    progress: &dyn Progress,
) -> Result<PathBuf, LocateError> {
    let sha256 = sha256.map(parse_sha256).transpose()?;
    let sha256 = sha256.as_deref();
    if is_address(requested) {
        let Some(sha256) = sha256 else {
            let url = requested.to_owned();
            return Err(LocateError::NoChecksum { url });
        };
        let name = file_name(requested)?;
        let file = RemoteFile {
            name: &name,
            mirrors: &[requested],
            md5: None,
            sha256,
            bytes: None,
        };
        return in_folder(&file, &weights_dir(explicit_dir)?, progress);
    }
    if let Some(known) = published.iter().find(|known| known.name == requested) {
        let path = in_folder(&known.file, &weights_dir(explicit_dir)?, progress)?;
        return verify(path, sha256);
    }
    verify(find_path(requested, published, explicit_dir)?, sha256)
}

/// `file` in `folder`, downloaded if it is missing.
fn in_folder(
    file: &RemoteFile,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<PathBuf, LocateError> {
    let path = folder.join(file.name);
    if path.exists() {
        return verify(
            path,
            Some(file.sha256).filter(|known| *known != UNPUBLISHED),
        );
    }
    fetch(std::slice::from_ref(file), folder, progress)?;
    Ok(path)
}

/// `path`, if the SHA-256 of the file starts with `sha256`.
fn verify(path: PathBuf, sha256: Option<&str>) -> Result<PathBuf, LocateError> {
    let Some(expected) = sha256 else {
        return Ok(path);
    };
    let sum = File::open(&path).and_then(|mut file| sha256_of(&mut file));
    match sum {
        Ok(received) if is_prefix(expected, &received) => Ok(path),
        Ok(received) => Err(LocateError::WrongContent {
            path,
            expected: expected.to_owned(),
            received,
        }),
        Err(source) => Err(LocateError::Read { path, source }),
    }
}

fn find_path(
    requested: &str,
    published: &[Published],
    explicit_dir: Option<&Path>,
) -> Result<PathBuf, LocateError> {
    let mut tried = vec![PathBuf::from(requested)];
    // A path is valid without a folder of weights, too.
    if let Ok(folder) = weights_dir(explicit_dir)
        && Path::new(requested).is_relative()
    {
        tried.push(folder.join(requested));
    }
    let found = tried
        .iter()
        .find(|path| !requested.is_empty() && path.exists());
    let Some(path) = found.cloned() else {
        let names = published.iter().map(|known| known.name);
        return Err(LocateError::Unknown {
            requested: requested.to_owned(),
            known: names.clone().map(|name| format!("{name}, ")).collect(),
            suggestion: did_you_mean(requested, names),
            tried,
        });
    };
    match path.is_dir() {
        false => Ok(path),
        true if path.join(BEST_WEIGHTS).is_file() => Ok(path.join(BEST_WEIGHTS)),
        true => Err(LocateError::NoRun {
            path,
            expected: BEST_WEIGHTS,
        }),
    }
}

fn is_address(requested: &str) -> bool {
    let scheme = requested.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

/// The SHA-256 `sum` in lower case.
fn parse_sha256(sum: &str) -> Result<String, LocateError> {
    match sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        true => Ok(sum.to_ascii_lowercase()),
        false => Err(LocateError::Checksum {
            received: sum.to_owned(),
        }),
    }
}

/// The local name of the file at `url`: its last part, with safe characters only.
fn file_name(url: &str) -> Result<String, LocateError> {
    const MAX_LENGTH: usize = 120;
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let after_host = path
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'));
    let last = after_host.and_then(|(_, path)| path.rsplit('/').next());
    let safe = |c: char| match c.is_ascii_alphanumeric() || "._-+".contains(c) {
        true => c,
        false => '_',
    };
    let name: String = last.unwrap_or_default().chars().map(safe).collect();
    let name = name.trim_start_matches('.');
    // The end is kept, because it often has the version.
    let name = &name[name.len().saturating_sub(MAX_LENGTH)..];
    match name.chars().any(|c| c.is_ascii_alphanumeric()) {
        true => Ok(name.to_owned()),
        false => Err(LocateError::NoFileName {
            url: url.to_owned(),
        }),
    }
}
