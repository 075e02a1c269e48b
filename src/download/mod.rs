//! Published files: downloaded completely and verified, or not at all; archives unpacked safely.
//!
//! In order: `archive_problem`, `error`, `remote_file`, `event`, `part_file`, `transfer`, `fetch`;
//! `archive` needs the first two only.

pub mod archive;
mod archive_problem;
mod error;
mod event;
mod fetch;
mod part_file;
mod remote_file;
mod transfer;

pub use archive_problem::ArchiveProblem;
pub use error::DownloadError;
pub use event::FetchEvent;
pub use fetch::fetch;
pub use remote_file::{RemoteFile, UNPUBLISHED, is_prefix};
