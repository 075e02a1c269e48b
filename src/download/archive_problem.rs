//! Why an archive is refused: what was expected and what was found.

use thiserror::Error;

/// Why an archive was refused.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveProblem {
    /// The content is of no supported format.
    #[error("expected a zip, tar or tar.gz archive, found something else ({found})")]
    UnknownFormat {
        /// Its first bytes, in hexadecimal.
        found: String,
    },

    /// Truncated or altered.
    #[error("the archive is truncated or damaged: {reason}")]
    Damaged {
        /// The decoder's reason.
        reason: String,
    },

    /// A name that could lead out of the folder, or that systems read differently.
    #[error("expected names below the archive's own folder, found `{name}`, which {reason}")]
    UnsafeName {
        /// The name as found.
        name: String,
        /// Why it is unsafe.
        reason: &'static str,
    },

    /// A link, a device, a pipe, or an unsupported kind of file.
    #[error("expected files and folders only, `{name}` is {found}")]
    NotAFile {
        /// The entry.
        name: String,
        /// What it is.
        found: &'static str,
    },

    /// Two files with one name.
    #[error("expected every name once, found `{name}` twice")]
    Twice {
        /// The name, if it is known.
        name: String,
    },

    /// Files that share their bytes, as in a ZIP bomb.
    #[error("expected every file to have its own bytes, found files that overlap")]
    Overlap,

    /// More than a data set of this kind holds.
    #[error("expected at most {limit} {what}, found {found}")]
    TooMuch {
        /// What is counted, with its unit.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// What was found; `more` if counting stopped at the limit.
        found: String,
    },

    /// A file that is not as long as the archive says.
    #[error("expected {expected} bytes of `{name}` as the archive says, found {found}")]
    WrongSize {
        /// The entry.
        name: String,
        /// Bytes that the archive announces.
        expected: u64,
        /// What was found; `more` if reading stopped there.
        found: String,
    },

    /// A file that the data set needs is not in the archive.
    #[error("expected {expected}, which is not in the archive")]
    Missing {
        /// What the data set needs.
        expected: String,
    },
}
