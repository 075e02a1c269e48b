//! What can be wrong with an archive, with what was expected and what was found.

use thiserror::Error;

/// Why an archive was not unpacked.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveProblem {
    /// Neither of the formats that are read.
    #[error("expected a zip, tar or tar.gz archive, found something else ({found})")]
    UnknownFormat {
        /// Its first bytes, in hexadecimal.
        found: String,
    },

    /// Cut short, or altered.
    #[error("the archive is cut short or damaged: {reason}")]
    Damaged {
        /// The decoder's reason.
        reason: String,
    },

    /// A name that could lead out of the folder, or that no system agrees on.
    #[error("expected names below the archive's own folder, found `{name}`, which {reason}")]
    UnsafeName {
        /// The name as found.
        name: String,
        /// What it does.
        reason: &'static str,
    },

    /// A link, a device, a pipe, or a file in a form of its own.
    #[error("expected files and folders only, `{name}` is {found}")]
    NotAFile {
        /// The entry.
        name: String,
        /// What it is.
        found: &'static str,
    },

    /// Two files for one place.
    #[error("expected every name once, found `{name}` twice")]
    Twice {
        /// The name, or what is known of it.
        name: String,
    },

    /// Files that share their bytes, which is how a small archive unpacks to a huge one.
    #[error("expected every file to have its own bytes, found files that overlap")]
    Overlap,

    /// More than a data set of this kind holds.
    #[error("expected at most {limit} {what}, found {found}")]
    TooMuch {
        /// What is counted, with its unit.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// What was found, `more` where counting ended there.
        found: String,
    },

    /// A file that is not as long as the archive says.
    #[error("expected {expected} bytes of `{name}` as the archive says, found {found}")]
    WrongSize {
        /// The entry.
        name: String,
        /// Bytes that the archive announces.
        expected: u64,
        /// What was found, `more` where reading ended there.
        found: String,
    },

    /// An archive of something else.
    #[error("expected {expected}, which is not in the archive")]
    Missing {
        /// What the data set needs.
        expected: String,
    },
}
