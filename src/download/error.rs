//! Why a download or the unpacking of an archive failed.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::archive_problem::ArchiveProblem;

/// Why a file was not downloaded, or an archive not unpacked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// No address delivered the complete, unaltered file.
    #[error(
        "{file} could not be downloaded:\n{}\ncheck the network and try again, or put these files in {}: {}",
        .failures.iter().map(|failure| format!("  {failure}")).collect::<Vec<_>>().join("\n"),
        .folder.display(), .missing.join(", ")
    )]
    Failed {
        /// Name of the file.
        file: String,
        /// Where it belongs.
        folder: PathBuf,
        /// One `address: reason` per address tried.
        failures: Vec<String>,
        /// All files of the data set that are still missing.
        missing: Vec<String>,
    },

    /// Another process is writing the same file.
    #[error("{} is being written by another download; wait for it to end, then try again", .path.display())]
    Busy {
        /// The `.part` file.
        path: PathBuf,
    },

    /// The archive was refused.
    #[error("{}: {problem}; remove the archive and fetch it again with `convlab data fetch`", .path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What was expected and what was found.
        problem: ArchiveProblem,
    },

    /// The operating system refused to read or write something.
    #[error("cannot {action} {}; check that it exists and its permissions", .path.display())]
    Io {
        /// What was tried, e.g. `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl DownloadError {
    /// Wraps an I/O error at `path`; for `map_err`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
