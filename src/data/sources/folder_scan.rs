//! Finds the images of a folder and checks its layout, before anything is decoded.
//!
//! The layout is two or three levels deep and nothing deeper is entered, so links cannot lead in
//! circles.

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::decoding::has_image_extension;
use crate::data::error::DataError;
use crate::data::error::FolderError;

/// Folder names of the splits; the first of each is the one that reports use.
const TRAIN_NAMES: &[&str] = &["train"];
const VALID_NAMES: &[&str] = &["valid", "val", "validation"];
const TEST_NAMES: &[&str] = &["test"];

/// A folder of images as found.
pub struct Found {
    /// Sorted, at least 2.
    pub classes: Vec<String>,
    pub train: FoundSplit,
    pub valid: Option<FoundSplit>,
    pub test: Option<FoundSplit>,
}

impl Found {
    /// The splits that are there.
    pub fn splits(&self) -> impl Iterator<Item = &FoundSplit> {
        let optional = [&self.valid, &self.test].into_iter().flatten();
        std::iter::once(&self.train).chain(optional)
    }
}

/// One split: `<folder>/<class>/*`.
pub struct FoundSplit {
    /// `train`, `valid` or `test`, whatever the folder is called.
    pub name: &'static str,
    pub folder: PathBuf,
    /// Sorted by class, then by file name.
    pub images: Vec<FoundImage>,
}

/// A file with an image extension.
pub struct FoundImage {
    pub path: PathBuf,
    /// `<class>/<file>`, the same on every machine.
    pub relative: String,
    pub label: u16,
}

/// Finds the splits, classes and image files of `path`; with `test_alone`, test images will do.
pub fn scan(path: &Path, test_alone: bool) -> Result<Found, DataError> {
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
        (true, Some(_)) => FoundSplit {
            name: TRAIN_NAMES[0],
            folder: train_folder,
            images: Vec::new(),
        },
        _ => find(TRAIN_NAMES[0], train_folder)?,
    };
    Ok(Found {
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
) -> Result<FoundSplit, DataError> {
    let mut images = Vec::new();
    for (label, class) in classes.iter().enumerate() {
        let class_folder = folder.join(class);
        let before = images.len();
        // A broken link stays in, to be reported with the files that cannot be decoded.
        let files = entries(&class_folder, |path| {
            has_image_extension(path) && !path.is_dir()
        })?;
        images.extend(files.into_iter().map(|file| FoundImage {
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
    Ok(FoundSplit {
        name,
        folder,
        images,
    })
}

fn sub_folders(folder: &Path) -> Result<Vec<String>, DataError> {
    entries(folder, Path::is_dir)
}

/// Sorted names of what is not hidden in `folder` and `wanted`.
fn entries(folder: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<String>, DataError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(DataError::io("list", folder))? {
        let entry = entry.map_err(DataError::io("list", folder))?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || !wanted(&entry.path()) {
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
mod tests {
    use super::*;

    /// A folder of empty files; nothing is decoded here.
    fn folder_of(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn relative(files: &[&str]) -> Vec<String> {
        let found = scan(folder_of(files).path(), false).unwrap();
        found
            .train
            .images
            .into_iter()
            .map(|image| image.relative)
            .collect()
    }

    fn refusal(files: &[&str]) -> String {
        scan(folder_of(files).path(), false)
            .err()
            .unwrap()
            .to_string()
    }

    #[test]
    fn hidden_files_nested_folders_and_other_extensions_are_left_out() {
        let found = relative(&[
            "cat/b.JPG",
            "cat/a.png",
            "cat/.hidden.png",
            "cat/notes.txt",
            "cat/Thumbs.db",
            "cat/deeper/c.png",
            "cat/folder.png/d.png",
            "dog/1.jpeg",
            ".git/config.png",
            "README.md",
        ]);
        assert_eq!(found, ["cat/a.png", "cat/b.JPG", "dog/1.jpeg"]);
    }

    #[test]
    fn names_may_be_of_any_alphabet() {
        assert_eq!(
            relative(&["кошка/я.png", "犬/一.png"]),
            ["кошка/я.png", "犬/一.png"]
        );
    }

    #[test]
    fn the_validation_split_has_three_spellings_and_one_name() {
        for spelling in ["valid", "val", "validation"] {
            let class = |class: &str| format!("{spelling}/{class}/1.png");
            let folder = folder_of(&["train/a/1.png", "train/b/1.png", &class("a"), &class("b")]);
            let valid = scan(folder.path(), false).unwrap().valid.unwrap();
            assert_eq!((valid.name, valid.images.len()), ("valid", 2));
        }
        let error = refusal(&["train/a/1.png", "val/a/1.png", "validation/a/1.png"]);
        assert!(error.contains("val/ and validation/"), "{error}");
    }

    #[test]
    fn a_missing_folder_is_refused_by_name() {
        let error = scan(Path::new("/nowhere/at-all"), false)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("/nowhere/at-all"), "{error}");
    }

    #[test]
    fn a_folder_without_classes_is_refused_with_the_layout_it_needs() {
        let error = refusal(&["1.png", "2.png"]);
        assert!(error.contains("<folder>/<class>/*.jpg"), "{error}");
    }

    #[test]
    fn a_single_class_is_refused_by_name() {
        let error = refusal(&["cat/1.png"]);
        assert!(
            error.contains("at least 2") && error.contains("`cat`"),
            "{error}"
        );
    }

    #[test]
    fn a_class_without_images_is_refused_by_name() {
        let error = refusal(&["cat/1.png", "dog/notes.txt"]);
        assert!(error.contains("class `dog` has no images"), "{error}");
    }

    #[test]
    fn a_class_missing_in_the_test_split_is_refused_by_name() {
        let error = refusal(&["train/cat/1.png", "train/dog/1.png", "test/cat/1.png"]);
        assert!(error.contains("`dog`") && error.contains("test"), "{error}");
    }

    #[test]
    fn a_class_unknown_to_the_training_split_is_refused_by_name() {
        let error = refusal(&[
            "train/cat/1.png",
            "train/dog/1.png",
            "test/cat/1.png",
            "test/dog/1.png",
            "test/fox/1.png",
        ]);
        assert!(
            error.contains("`fox`") && error.contains("cat, dog"),
            "{error}"
        );
    }

    #[test]
    fn split_folders_without_train_are_refused() {
        let error = refusal(&["test/cat/1.png", "test/dog/1.png"]);
        assert!(error.contains("found test/ but no train/"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf_8_is_refused() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = folder_of(&["cat/1.png", "dog/1.png"]);
        let name = OsStr::from_bytes(b"caf\xe9.png");
        fs::write(folder.path().join("cat").join(name), "").unwrap();
        let error = scan(folder.path(), false).err().unwrap();
        assert!(
            matches!(error, DataError::Folder(FolderError::NotUtf8 { .. })),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_count_as_files_and_never_lead_in_circles() {
        use std::os::unix::fs::symlink;
        let folder = folder_of(&["cat/1.png", "dog/1.png"]);
        let cat = folder.path().join("cat");
        symlink(cat.join("1.png"), cat.join("2.png")).unwrap();
        symlink(folder.path(), cat.join("loop.png")).unwrap();
        symlink("/nowhere/at-all", cat.join("broken.png")).unwrap();
        let found = scan(folder.path(), false).unwrap();
        let files: Vec<&str> = found
            .train
            .images
            .iter()
            .map(|i| i.relative.as_str())
            .collect();
        assert_eq!(
            files,
            ["cat/1.png", "cat/2.png", "cat/broken.png", "dog/1.png"]
        );
    }
}
