//! Finds the images of a folder and checks its layout, before anything is decoded.
//!
//! Folders deeper than the two or three levels of the layout are not entered, so symbolic links
//! cannot lead in circles.

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::decoding::has_image_extension;
use crate::data::error::{DataError, FolderError};

/// Folder names of the splits; reports use the first of each.
const TRAIN_NAMES: &[&str] = &["train"];
const VALID_NAMES: &[&str] = &["valid", "val", "validation"];
const TEST_NAMES: &[&str] = &["test"];

/// The classes and image files of a folder.
pub struct FolderScan {
    /// Sorted, at least 2.
    pub classes: Vec<String>,
    pub train: ScannedSplit,
    pub valid: Option<ScannedSplit>,
    pub test: Option<ScannedSplit>,
}

impl FolderScan {
    /// All splits of the folder.
    pub fn splits(&self) -> impl Iterator<Item = &ScannedSplit> {
        let optional = [&self.valid, &self.test].into_iter().flatten();
        std::iter::once(&self.train).chain(optional)
    }
}

/// One split: `<folder>/<class>/*`.
pub struct ScannedSplit {
    /// `train`, `valid` or `test`, independent of the name of the folder.
    pub name: &'static str,
    pub folder: PathBuf,
    /// Sorted by class, then by file name.
    pub images: Vec<ScannedImage>,
}

/// A file with an image extension.
pub struct ScannedImage {
    pub path: PathBuf,
    /// `<class>/<file>`, the same on every machine.
    pub relative: String,
    pub label: u16,
}

/// Finds the splits, classes and image files of `path`; `test_alone` accepts a folder with test
/// images only.
pub fn scan(path: &Path, test_alone: bool) -> Result<FolderScan, DataError> {
    if !path.is_dir() {
        return Err(DataError::NotAFolder {
            path: path.to_path_buf(),
        });
    }
    let train = split_folder(path, TRAIN_NAMES)?;
    let valid = split_folder(path, VALID_NAMES)?;
    let test = split_folder(path, TEST_NAMES)?;
    let others: Vec<&Path> = [&valid, &test]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
        .collect();
    let test_alone = test_alone && train.is_none() && valid.is_none();
    if train.is_none() && !others.is_empty() && !test_alone {
        return Err(FolderError::NoTrainSplit {
            path: path.to_path_buf(),
            found: names_of(&others),
        }
        .into());
    }

    let train_folder = match (train, &test) {
        (Some(train), _) => train,
        (None, Some(test)) => test.clone(),
        (None, None) => path.to_path_buf(),
    };
    let classes = class_names(&train_folder)?;
    for folder in others {
        check_same_classes(folder, &classes)?;
    }
    let find = |name, folder: PathBuf| find_images(name, folder, &classes);
    let train = match (test_alone, &test) {
        (true, Some(_)) => ScannedSplit {
            name: TRAIN_NAMES[0],
            folder: train_folder,
            images: Vec::new(),
        },
        _ => find(TRAIN_NAMES[0], train_folder)?,
    };
    Ok(FolderScan {
        train,
        valid: valid
            .map(|folder| find(VALID_NAMES[0], folder))
            .transpose()?,
        test: test.map(|folder| find(TEST_NAMES[0], folder)).transpose()?,
        classes,
    })
}

fn split_folder(path: &Path, names: &[&str]) -> Result<Option<PathBuf>, DataError> {
    let folders = names.iter().map(|name| path.join(name));
    let mut found: Vec<PathBuf> = folders.filter(|folder| folder.is_dir()).collect();
    if found.len() > 1 {
        let found: Vec<&Path> = found.iter().map(PathBuf::as_path).collect();
        return Err(FolderError::AmbiguousSplit {
            path: path.to_path_buf(),
            found: names_of(&found),
        }
        .into());
    }
    Ok(found.pop())
}

fn names_of(folders: &[&Path]) -> String {
    let names = folders.iter().filter_map(|folder| folder.file_name());
    let names: Vec<String> = names
        .map(|name| format!("{}/", name.to_string_lossy()))
        .collect();
    names.join(" and ")
}

fn class_names(folder: &Path) -> Result<Vec<String>, DataError> {
    let classes = sub_folders(folder)?;
    match classes.as_slice() {
        [] => Err(FolderError::NoClasses {
            path: folder.to_path_buf(),
        }
        .into()),
        [class] => Err(FolderError::OneClass {
            path: folder.to_path_buf(),
            class: class.clone(),
        }
        .into()),
        _ if classes.len() > usize::from(u16::MAX) => Err(FolderError::TooManyClasses {
            path: folder.to_path_buf(),
            found: classes.len(),
        }
        .into()),
        _ => Ok(classes),
    }
}

fn check_same_classes(folder: &Path, classes: &[String]) -> Result<(), DataError> {
    let here = sub_folders(folder)?;
    if let Some(class) = classes.iter().find(|class| !here.contains(class)) {
        return Err(FolderError::MissingClass {
            path: folder.to_path_buf(),
            class: class.clone(),
        }
        .into());
    }
    if let Some(class) = here.iter().find(|class| !classes.contains(class)) {
        return Err(FolderError::UnknownClass {
            path: folder.to_path_buf(),
            class: class.clone(),
            known: classes.join(", "),
        }
        .into());
    }
    Ok(())
}

fn find_images(
    name: &'static str,
    folder: PathBuf,
    classes: &[String],
) -> Result<ScannedSplit, DataError> {
    let mut images = Vec::new();
    for (label, class) in classes.iter().enumerate() {
        let class_folder = folder.join(class);
        let before = images.len();
        // A broken link is included, to be reported with the files that cannot be decoded.
        let files = entries(&class_folder, |path| {
            has_image_extension(path) && !path.is_dir()
        })?;
        images.extend(files.into_iter().map(|file| ScannedImage {
            path: class_folder.join(&file),
            relative: format!("{class}/{file}"),
            label: label as u16,
        }));
        if images.len() == before {
            return Err(FolderError::EmptyClass {
                path: class_folder,
                class: class.clone(),
            }
            .into());
        }
    }
    Ok(ScannedSplit {
        name,
        folder,
        images,
    })
}

fn sub_folders(folder: &Path) -> Result<Vec<String>, DataError> {
    entries(folder, Path::is_dir)
}

/// Sorted names of the entries of `folder` that are not hidden and that `include` accepts.
fn entries(folder: &Path, include: fn(&Path) -> bool) -> Result<Vec<String>, DataError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(DataError::io("list", folder))? {
        let entry = entry.map_err(DataError::io("list", folder))?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || !include(&entry.path()) {
            continue;
        }
        let name = name
            .into_string()
            .map_err(|_| FolderError::NotUtf8 { path: entry.path() })?;
        names.push(name);
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests;
