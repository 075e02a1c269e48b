//! Published files: downloaded whole and verified, or not at all, and archives unpacked with care.

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
pub use part_file::PartFile;
pub use remote_file::{RemoteFile, UNPUBLISHED, is_beginning};
