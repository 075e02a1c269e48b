//! Why pictures cannot be prepared into a folder.

use std::io;
use std::path::PathBuf;

use crate::storage::StorageError;

/// Pictures cannot be prepared into a folder; a single bad picture is no such error.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("--out {out} lies in {input}, whose pictures are prepared; choose a folder outside")]
    Within { out: PathBuf, input: PathBuf },
    #[error(
        "{first} and {second} would both be written as {output}; rename one, or write them to different folders"
    )]
    SameName {
        first: PathBuf,
        second: PathBuf,
        output: PathBuf,
    },
    #[error(
        "{output} is there already and was not written by `convlab prepare`; it is never replaced, choose another folder with --out"
    )]
    NotOwn { output: PathBuf },
    #[error(
        "another process is preparing pictures into {out}; wait for it, or choose another folder with --out"
    )]
    Busy { out: PathBuf },
    #[error("cannot make the folder {path}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {path}")]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
