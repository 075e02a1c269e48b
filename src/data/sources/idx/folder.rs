//! Data sets of four IDX files in a folder: two splits, each of images and labels.

use std::path::Path;

use super::class_names::read_class_names;
use super::split::{IdxSplit, find_file};
use crate::data::error::{DataError, IdxError};
use crate::data::sources::folder_name::folder_name;
use crate::data::store::RawDataset;
use crate::fingerprint::Fingerprint;

/// The image and the label file of the training split, without `.gz`.
pub const TRAIN_FILES: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
/// The image and the label file of the test split, without `.gz`.
pub const TEST_FILES: [&str; 2] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Reads the four files of a data set of the catalogue from `folder`.
///
/// # Errors
/// A file is missing, damaged or truncated, the numbers of images and labels or the shapes of the
/// splits differ, or a label is not an index into `classes`.
pub fn load_idx(name: &str, folder: &Path, classes: &[&str]) -> Result<RawDataset, DataError> {
    let missing = missing_files(folder, TRAIN_FILES.iter().chain(&TEST_FILES));
    if !missing.is_empty() {
        return Err(DataError::MissingDataset {
            name: name.to_owned(),
            folder: folder.to_path_buf(),
            files: missing,
        });
    }
    let train = IdxSplit::read(folder, TRAIN_FILES)?;
    let test = IdxSplit::read(folder, TEST_FILES)?;
    let classes = classes.iter().map(|&class| class.to_owned()).collect();
    assemble(name, classes, train, Some(test))
}

/// Reads a folder of IDX files given by path. The two test files may be missing together. Class
/// names come from `classes.txt` (one per line) if it exists; else they are `0` to `N - 1`, where
/// `N - 1` is the largest label.
///
/// # Errors
/// See [`load_idx`]; and `classes.txt` is refused.
pub fn load_idx_folder(folder: &Path) -> Result<RawDataset, DataError> {
    if !folder.is_dir() {
        return Err(DataError::NotAFolder {
            path: folder.to_path_buf(),
        });
    }
    let has_test = TEST_FILES
        .iter()
        .any(|file| find_file(folder, file).is_some());
    let wanted = if has_test { &TEST_FILES[..] } else { &[] };
    let missing = missing_files(folder, TRAIN_FILES.iter().chain(wanted));
    if !missing.is_empty() {
        return Err(DataError::MissingIdx {
            folder: folder.to_path_buf(),
            files: missing,
        });
    }
    let train = IdxSplit::read(folder, TRAIN_FILES)?;
    let test = has_test
        .then(|| IdxSplit::read(folder, TEST_FILES))
        .transpose()?;
    let largest = |split: &IdxSplit| split.labels.iter().copied().max().unwrap_or(0);
    let from_labels = usize::from(largest(&train).max(test.as_ref().map_or(0, largest))) + 1;
    let classes = match read_class_names(&folder.join("classes.txt"))? {
        Some(names) => names,
        None => (0..from_labels).map(|class| class.to_string()).collect(),
    };
    assemble(&folder_name(folder), classes, train, test)
}

fn missing_files<'a>(folder: &Path, names: impl IntoIterator<Item = &'a &'a str>) -> Vec<String> {
    names
        .into_iter()
        .filter(|name| find_file(folder, name).is_none())
        .map(|&name| name.to_owned())
        .collect()
}

fn assemble(
    name: &str,
    classes: Vec<String>,
    train: IdxSplit,
    test: Option<IdxSplit>,
) -> Result<RawDataset, DataError> {
    for split in [Some(&train), test.as_ref()].into_iter().flatten() {
        split.check_labels(classes.len())?;
        if split.shape() != train.shape() {
            return Err(IdxError::ShapeMismatch {
                path: split.images_path.clone(),
                expected: train.shape(),
                found: split.shape(),
            }
            .into());
        }
    }
    let mut fingerprint = Fingerprint::new();
    let train = train.into_store(format!("{name} train"), &mut fingerprint);
    let test = test.map(|test| test.into_store(format!("{name} test"), &mut fingerprint));
    Ok(RawDataset {
        name: name.to_owned(),
        classes,
        train,
        valid: None,
        test,
        fingerprint: fingerprint.finish(),
        skipped: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
