//! Layouts of folders, accepted and refused.

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
