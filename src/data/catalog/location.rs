//! The folder of data sets on this machine.

use std::path::{Path, PathBuf};

use crate::data::error::DataError;
use crate::storage::{NotAFolder, choose_folder};

/// Environment variable that names the data folder.
pub const DATA_DIR_VARIABLE: &str = "CONVLAB_DATA";

/// The folder with one sub-folder per downloaded data set: `explicit` (from `--data-dir`), else
/// `CONVLAB_DATA` if it is set and not empty, else `convlab/data` in the user's cache folder. It need
/// not exist yet.
///
/// # Errors
/// The path is not a folder, or there is no cache folder.
pub fn data_dir(explicit: Option<&Path>) -> Result<PathBuf, DataError> {
    let folder = choose_folder(explicit, DATA_DIR_VARIABLE, "data");
    let folder = folder.map_err(|NotAFolder(path)| DataError::NotAFolder { path })?;
    folder.ok_or(DataError::NoDataDir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_folder_the_error_says_what_to_set() {
        let error = DataError::NoDataDir.to_string();
        assert!(
            error.contains("--data-dir") && error.contains("CONVLAB_DATA"),
            "{error}"
        );
    }

    #[test]
    fn a_file_is_no_data_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = data_dir(Some(file.path())).unwrap_err();
        assert!(matches!(error, DataError::NotAFolder { .. }), "{error}");
    }
}
