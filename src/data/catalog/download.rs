//! Downloads and unpacks the files of a data set.

use std::path::Path;

use super::entry::{DatasetEntry, Source, folder_of};
use crate::data::error::DataError;
use crate::download::fetch;
use crate::progress::Progress;

/// Downloads the files of `entry` that `dir` lacks, and unpacks archives.
///
/// # Errors
/// See [`fetch`] and [`Photographs::unpack`](crate::data::sources::Photographs::unpack).
pub fn download(
    entry: &DatasetEntry,
    dir: &Path,
    progress: &dyn Progress,
) -> Result<(), DataError> {
    let folder = folder_of(entry, dir);
    match entry.source {
        Source::Drawn(_) => Ok(()),
        Source::Idx { files } => Ok(fetch(files, &folder, progress)?),
        Source::Archive { files, layout } => {
            let photographs = entry.photographs(files, layout, &folder);
            if photographs.is_ready() {
                return Ok(());
            }
            fetch(files, &folder, progress)?;
            photographs.unpack(progress)
        }
    }
}
