//! The folders of this program on this machine.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A path that must be a folder is something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAFolder(pub PathBuf);

/// The name of the folder at `path`, also where that ends in `.` or `..`.
pub fn folder_name(path: &Path) -> String {
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = whole.file_name().unwrap_or(whole.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The folder `name` for what can be computed or downloaded again: below `CONVLAB_CACHE` if that is
/// set and not empty, else below `convlab` in the user's cache folder; `None` if the user has none.
pub fn cache_folder(name: &str) -> Option<PathBuf> {
    let variable = env::var_os("CONVLAB_CACHE").filter(|value| !value.is_empty());
    let user = || dirs::cache_dir().map(|cache| cache.join("convlab"));
    let cache = variable.map(PathBuf::from).or_else(user);
    cache.map(|cache| cache.join(name))
}

/// `explicit`, else the value of `variable` if it is set and not empty, else `convlab/name` in the
/// user's cache folder; `None` if there is none of these. The folder need not exist yet.
///
/// # Errors
/// The chosen path is something other than a folder.
pub fn choose_folder(
    explicit: Option<&Path>,
    variable: &str,
    name: &str,
) -> Result<Option<PathBuf>, NotAFolder> {
    choose(explicit, env::var_os(variable), dirs::cache_dir(), name)
}

fn choose(
    explicit: Option<&Path>,
    variable: Option<OsString>,
    cache: Option<PathBuf>,
    name: &str,
) -> Result<Option<PathBuf>, NotAFolder> {
    let variable = variable.filter(|value| !value.is_empty());
    let chosen = (explicit.map(Path::to_path_buf))
        .or_else(|| variable.map(PathBuf::from))
        .or_else(|| cache.map(|cache| cache.join("convlab").join(name)));
    match chosen {
        Some(path) if path.exists() && !path.is_dir() => Err(NotAFolder(path)),
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
        assert_eq!(choose(None, None, None, "data").unwrap(), None);
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let chosen = choose(None, Some(OsString::new()), Some("/cache".into()), "data").unwrap();
        assert_eq!(chosen, Some("/cache/convlab/data".into()));
    }

    #[test]
    fn a_file_is_no_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = choose(Some(file.path()), None, None, "data").unwrap_err();
        assert_eq!(error, NotAFolder(file.path().to_path_buf()));
    }
}
