//! The name of a data set that is given by the path of its folder.

use std::path::Path;

/// The last component of `path`; of `.` and the like, that of the folder it stands for.
pub fn folder_name(path: &Path) -> String {
    let canonical = path.canonicalize();
    let name = path
        .file_name()
        .or_else(|| canonical.as_ref().ok()?.file_name());
    name.map_or_else(
        || "images".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
