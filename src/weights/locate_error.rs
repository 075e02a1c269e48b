//! Why a file of weights is not found or refused.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::download::DownloadError;

/// Why a file of weights was not found or refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LocateError {
    /// No flag, variable or cache folder says where weights are.
    #[error(
        "no folder for weights: this user has no cache folder; give one with --weights-dir or CONVLAB_WEIGHTS"
    )]
    NoFolder,

    /// Neither a published name nor an existing path.
    #[error(
        "unknown weights {requested:?}: expected {known}the path of a file or of a run's folder, or an address (https://...) with its SHA-256{suggestion}; no such file at {}",
        .tried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ")
    )]
    Unknown {
        /// The weights as received.
        requested: String,
        /// The published names, each followed by a comma.
        known: String,
        /// `, did you mean ...?` if a known name is similar, else empty.
        suggestion: String,
        /// The paths that were tried.
        tried: Vec<PathBuf>,
    },

    /// A folder that is not the folder of a run.
    #[error(
        "{}: expected a file of weights or a run's folder, received a folder without {}; give the path of the file itself",
        .path.display(), .expected
    )]
    NoRun {
        /// The folder.
        path: PathBuf,
        /// The file that the folder of a run has.
        expected: &'static str,
    },

    /// An address without a checksum of the file.
    #[error(
        "{url}: expected the SHA-256 of the file with its address, received none; set model.sha256 to the checksum that its publisher prints, 64 hexadecimal digits"
    )]
    NoChecksum {
        /// The address.
        url: String,
    },

    /// Not a SHA-256.
    #[error(
        "model.sha256: expected the 64 hexadecimal digits of a SHA-256, received {received:?}; `sha256sum FILE` prints that of a file"
    )]
    Checksum {
        /// The checksum as received.
        received: String,
    },

    /// An address without the name of a file.
    #[error(
        "{url}: expected the address of a file, received one without a file name; give the address of the file itself"
    )]
    NoFileName {
        /// The address.
        url: String,
    },

    /// The file exists, but has other content.
    #[error(
        "{}: expected SHA-256 {expected}, received {received}; it is another file, or damaged: move it away, then fetch it again",
        .path.display()
    )]
    WrongContent {
        /// The file.
        path: PathBuf,
        /// The SHA-256, or a prefix of it if no more is known.
        expected: String,
        /// The SHA-256 of the file.
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
