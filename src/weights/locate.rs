//! Where files of weights come from: published ones by name, others by path or address.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::sha256_of;
use crate::download::{DownloadError, RemoteFile, UNPUBLISHED, fetch, is_beginning};
use crate::progress::Progress;
use crate::storage::{NotAFolder, choose_folder};
use crate::text::did_you_mean;

/// The weights of a run's best epoch, in the run's folder.
pub const BEST_WEIGHTS: &str = "model.safetensors";

/// Environment variable that names the folder of weights.
pub const WEIGHTS_DIR_VARIABLE: &str = "CONVLAB_WEIGHTS";

/// Weights that the authors of a network, or of a library, have published.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Name in the configuration, e.g. `imagenet`.
    pub name: &'static str,
    /// The file.
    pub file: RemoteFile<'static>,
}

impl Published {
    /// A file of torchvision's, trained on ImageNet; its name carries the first 8 digits of its
    /// SHA-256.
    pub const fn torchvision(name: &'static str, sha256: &'static str) -> Self {
        const FOLDER: &[&str] = &["https://download.pytorch.org/models/"];
        Self::new("imagenet", name, sha256, FOLDER)
    }

    /// A file of Keras's, trained on ImageNet. Keras publishes no checksums of these.
    pub const fn keras(name: &'static str, file: &'static str) -> Self {
        const FOLDER: &[&str] =
            &["https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/"];
        Self::new(name, file, UNPUBLISHED, FOLDER)
    }

    /// A file at one of `folders`, held to the beginning `sha256` of its checksum.
    pub const fn new(
        name: &'static str,
        file: &'static str,
        sha256: &'static str,
        folders: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            file: RemoteFile {
                name: file,
                mirrors: folders,
                md5: None,
                sha256,
                bytes: None,
            },
        }
    }

    /// The same weights under another name.
    pub const fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

/// Why a file of weights was not found or not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LocateError {
    /// Neither flag nor variable nor a home folder says where weights live.
    #[error(
        "no folder for weights: this user has no cache folder; give one with --weights-dir or {WEIGHTS_DIR_VARIABLE}"
    )]
    NoFolder,

    /// Neither a published name, nor the path of anything.
    #[error(
        "unknown weights {wanted:?}: expected {known}the path of a file or of a run's folder, or an address (https://...) with its SHA-256{suggestion}; as a path it was looked for at {}",
        .looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ")
    )]
    Unknown {
        /// The weights as received.
        wanted: String,
        /// The published names, each followed by a comma.
        known: String,
        /// `, did you mean ...?` where a known name is near, else nothing.
        suggestion: String,
        /// Where no file was found.
        looked_at: Vec<PathBuf>,
    },

    /// A folder that is not that of a run.
    #[error(
        "{}: expected a file of weights or a run's folder, received a folder without {BEST_WEIGHTS}; give the path of the file itself",
        .path.display()
    )]
    NoRun {
        /// The folder.
        path: PathBuf,
    },

    /// An address whose content nothing vouches for.
    #[error(
        "{url}: expected the SHA-256 of the file beside its address, received none; give the sum its publisher prints, 64 hexadecimal digits, as model.sha256"
    )]
    NoChecksum {
        /// The address.
        url: String,
    },

    /// A checksum of another kind.
    #[error(
        "model.sha256: expected the 64 hexadecimal digits of a SHA-256, received {received:?}; `sha256sum FILE` prints that of a file"
    )]
    Checksum {
        /// The checksum as received.
        received: String,
    },

    /// An address that ends without the name of a file.
    #[error(
        "{url}: expected the address of a file, received one without a file's name; give the address that the file itself is downloaded from"
    )]
    NoFileName {
        /// The address.
        url: String,
    },

    /// A file that is there, with another content.
    #[error(
        "{}: expected SHA-256 {expected}, received {received}; the file is another one or damaged: move it away, then fetch it again",
        .path.display()
    )]
    WrongContent {
        /// The file.
        path: PathBuf,
        /// The sum, or its first digits where no more are known.
        expected: String,
        /// The sum of the file.
        received: String,
    },

    /// The operating system refused to read the file.
    #[error("cannot read {}; check its permissions", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The download failed.
    #[error(transparent)]
    Download(#[from] DownloadError),

    /// A path that must be a folder.
    #[error("{}: expected a folder; give the path of a folder", .path.display())]
    NotAFolder {
        /// The path as received.
        path: PathBuf,
    },
}

/// The folder that holds files of weights: `explicit` (from `--weights-dir`), else
/// `CONVLAB_WEIGHTS` where it is set and not empty, else `convlab/weights` in the user's cache
/// folder. It need not exist yet.
///
/// # Errors
/// Where the chosen path is something other than a folder, or where nothing names one.
pub fn weights_dir(explicit: Option<&Path>) -> Result<PathBuf, LocateError> {
    let folder = choose_folder(explicit, WEIGHTS_DIR_VARIABLE, "weights");
    let folder = folder.map_err(|NotAFolder(path)| LocateError::NotAFolder { path })?;
    folder.ok_or(LocateError::NoFolder)
}

/// The file of the weights `wanted`: a name of `published`, an address (`https://...`), or the path
/// of a file or of a run's folder.
///
/// A published file and one at an address are kept in the [folder of weights](weights_dir) and
/// fetched where they are not there. A relative path is looked for from the current folder, then
/// from that of weights. `sha256` is what the file must have; an address cannot do without. What
/// lies there already is held to its checksum as well.
///
/// # Errors
/// There is no such file, it cannot be fetched, or its content is another.
pub fn locate(
    wanted: &str,
    sha256: Option<&str>,
    published: &[Published],
    explicit_dir: Option<&Path>,
    progress: &dyn Progress,
) -> Result<PathBuf, LocateError> {
    let sha256 = sha256.map(whole_sum).transpose()?;
    let sha256 = sha256.as_deref();
    if is_address(wanted) {
        let Some(sha256) = sha256 else {
            let url = wanted.to_owned();
            return Err(LocateError::NoChecksum { url });
        };
        let name = file_name(wanted)?;
        let file = RemoteFile {
            name: &name,
            mirrors: &[wanted],
            md5: None,
            sha256,
            bytes: None,
        };
        return in_folder(&file, &weights_dir(explicit_dir)?, progress);
    }
    if let Some(known) = published.iter().find(|known| known.name == wanted) {
        let path = in_folder(&known.file, &weights_dir(explicit_dir)?, progress)?;
        return check(path, sha256);
    }
    check(find_path(wanted, published, explicit_dir)?, sha256)
}

/// `file` in `folder`, fetched where it is not there.
fn in_folder(
    file: &RemoteFile,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<PathBuf, LocateError> {
    let path = folder.join(file.name);
    if path.exists() {
        return check(
            path,
            Some(file.sha256).filter(|known| *known != UNPUBLISHED),
        );
    }
    fetch(std::slice::from_ref(file), folder, progress)?;
    Ok(path)
}

/// `path`, where the sum of its file starts with `sha256`.
fn check(path: PathBuf, sha256: Option<&str>) -> Result<PathBuf, LocateError> {
    let Some(expected) = sha256 else {
        return Ok(path);
    };
    let sum = File::open(&path).and_then(|mut file| sha256_of(&mut file));
    match sum {
        Ok(received) if is_beginning(expected, &received) => Ok(path),
        Ok(received) => Err(LocateError::WrongContent {
            path,
            expected: expected.to_owned(),
            received,
        }),
        Err(source) => Err(LocateError::Read { path, source }),
    }
}

fn find_path(
    wanted: &str,
    published: &[Published],
    explicit_dir: Option<&Path>,
) -> Result<PathBuf, LocateError> {
    let mut looked_at = vec![PathBuf::from(wanted)];
    // Without a folder of weights, a path is still a path.
    if let Ok(folder) = weights_dir(explicit_dir)
        && Path::new(wanted).is_relative()
    {
        looked_at.push(folder.join(wanted));
    }
    let found = looked_at
        .iter()
        .find(|path| !wanted.is_empty() && path.exists());
    let Some(path) = found.cloned() else {
        let names = published.iter().map(|known| known.name);
        return Err(LocateError::Unknown {
            wanted: wanted.to_owned(),
            known: names.clone().map(|name| format!("{name}, ")).collect(),
            suggestion: did_you_mean(wanted, names),
            looked_at,
        });
    };
    match path.is_dir() {
        false => Ok(path),
        true if path.join(BEST_WEIGHTS).is_file() => Ok(path.join(BEST_WEIGHTS)),
        true => Err(LocateError::NoRun { path }),
    }
}

fn is_address(wanted: &str) -> bool {
    let scheme = wanted.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

/// `sum` in lower case.
fn whole_sum(sum: &str) -> Result<String, LocateError> {
    match sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        true => Ok(sum.to_ascii_lowercase()),
        false => Err(LocateError::Checksum {
            received: sum.to_owned(),
        }),
    }
}

/// The name that the file at `url` is kept under: its last part, of harmless characters only.
fn file_name(url: &str) -> Result<String, LocateError> {
    const LONGEST: usize = 120;
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let after_host = path
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'));
    let last = after_host.and_then(|(_, path)| path.rsplit('/').next());
    let harmless = |c: char| match c.is_ascii_alphanumeric() || "._-+".contains(c) {
        true => c,
        false => '_',
    };
    let name: String = last.unwrap_or_default().chars().map(harmless).collect();
    let name = name.trim_start_matches('.');
    // The end is kept: it tells files of one name's versions apart.
    let name = &name[name.len().saturating_sub(LONGEST)..];
    match name.chars().any(|c| c.is_ascii_alphanumeric()) {
        true => Ok(name.to_owned()),
        false => Err(LocateError::NoFileName {
            url: url.to_owned(),
        }),
    }
}
