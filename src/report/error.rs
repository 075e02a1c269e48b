use std::io;
use std::path::PathBuf;

use crate::data::DataError;
use crate::inspection::InspectionError;
use crate::run::RunError;
use crate::storage::StorageError;

/// A report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot draw a chart: {0}; please report this")]
    Chart(String),
    #[error("cannot encode a picture: {0}; please report this")]
    Picture(String),
    #[error("cannot fill the page's template: {0}; please report this")]
    Template(String),
}
