//! Where data sets live on this machine.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::DataError;

/// Environment variable that names the data folder.
pub const DATA_DIR_VARIABLE: &str = "CONVLAB_DATA";

/// The folder that holds one sub-folder per downloaded data set: `explicit` (from `--data-dir`),
/// else `CONVLAB_DATA` where it is set and not empty, else `convlab/data` in the user's cache
/// folder. It need not exist yet.
///
/// # Errors
/// Where the chosen path is something other than a folder, or where nothing names one.
pub fn data_dir(explicit: Option<&Path>) -> Result<PathBuf, DataError> {
    let variable = env::var_os(DATA_DIR_VARIABLE);
    choose(explicit, variable, dirs::cache_dir(), "data")?.ok_or(DataError::NoDataDir)
}

/// `explicit`, else `variable` where it is not empty, else `convlab/name` in `cache`; nothing where
/// none of them is given.
///
/// # Errors
/// Where the chosen path is something other than a folder.
pub(crate) fn choose(
    explicit: Option<&Path>,
    variable: Option<OsString>,
    cache: Option<PathBuf>,
    name: &str,
) -> Result<Option<PathBuf>, DataError> {
    let chosen = explicit
        .map(Path::to_path_buf)
        .or_else(|| {
            variable
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        })
        .or_else(|| cache.map(|cache| cache.join("convlab").join(name)));
    match chosen {
        Some(path) if path.exists() && !path.is_dir() => Err(DataError::NotAFolder { path }),
        chosen => Ok(chosen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_goes_before_the_variable_and_the_variable_before_the_cache() {
        let flag = Some(Path::new("/flag"));
        let variable = || Some(OsString::from("/variable"));
        let cache = || Some(PathBuf::from("/cache"));
        assert_eq!(
            choose(flag, variable(), cache(), "data").unwrap(),
            Some("/flag".into())
        );
        assert_eq!(
            choose(None, variable(), cache(), "data").unwrap(),
            Some("/variable".into())
        );
        assert_eq!(
            choose(None, None, cache(), "data").unwrap(),
            Some("/cache/convlab/data".into())
        );
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let chosen = choose(None, Some(OsString::new()), Some("/cache".into()), "data").unwrap();
        assert_eq!(chosen, Some("/cache/convlab/data".into()));
    }

    #[test]
    fn without_flag_variable_and_cache_folder_the_error_says_what_to_set() {
        assert_eq!(choose(None, None, None, "data").unwrap(), None);
        let error = DataError::NoDataDir.to_string();
        assert!(
            error.contains("--data-dir") && error.contains("CONVLAB_DATA"),
            "{error}"
        );
    }

    #[test]
    fn a_file_is_no_data_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = choose(Some(file.path()), None, None, "data").unwrap_err();
        assert!(matches!(error, DataError::NotAFolder { .. }), "{error}");
    }
}
