//! The class names of an IDX data set that is given by path.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::data::error::{DataError, IdxError};

/// The class names in the file at `path`, one per line; `None` if there is no such file.
///
/// # Errors
/// The file cannot be read, or its names are fewer than 2, empty or repeated.
pub(super) fn read_class_names(path: &Path) -> Result<Option<Vec<String>>, DataError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(DataError::io("read", path)(error)),
    };
    let names: Vec<String> = text
        .trim_end()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect();
    let mut seen = BTreeSet::new();
    let problem = if names.len() < 2 {
        Some(format!("found {}", names.len()))
    } else if let Some(line) = names.iter().position(String::is_empty) {
        Some(format!("line {} is empty", line + 1))
    } else {
        let repeated = names.iter().find(|name| !seen.insert(name.as_str()));
        repeated.map(|name| format!("`{name}` is repeated"))
    };
    problem.map_or(Ok(Some(names)), |problem| {
        Err(IdxError::ClassNames {
            path: path.to_path_buf(),
            problem,
        }
        .into())
    })
}
