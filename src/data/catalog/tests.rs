//! What must hold for every entry of the catalogue.

use super::*;
use crate::data::sources::{TEST_FILES, TRAIN_FILES, load_idx};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

#[test]
fn names_are_different_and_found() {
    let names: BTreeSet<&str> = CATALOG.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), CATALOG.len());
    for entry in CATALOG {
        assert_eq!(find(entry.name).unwrap().name, entry.name);
    }
}

#[test]
fn classes_are_different_and_at_least_two() {
    for entry in CATALOG {
        let classes: BTreeSet<&str> = entry.classes.iter().copied().collect();
        assert_eq!(classes.len(), entry.classes.len(), "{}", entry.name);
        assert!(classes.len() >= 2, "{}", entry.name);
    }
}

#[test]
fn a_published_data_set_names_four_files_with_well_formed_sums_and_addresses() {
    let expected: BTreeSet<String> = TRAIN_FILES
        .iter()
        .chain(&TEST_FILES)
        .map(|name| format!("{name}.gz"))
        .collect();
    for entry in CATALOG {
        let Source::Idx { files } = entry.source else {
            continue;
        };
        let names: BTreeSet<String> = files.iter().map(|file| file.name.to_owned()).collect();
        assert_eq!(names, expected, "{}", entry.name);
        for file in files {
            let hex = |sum: &str| sum.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let md5 = file.md5.unwrap();
            assert!(md5.len() == 32 && hex(md5), "{file:?}");
            assert!(file.sha256.len() == 64 && hex(file.sha256), "{file:?}");
            assert!(file.bytes.is_some(), "{file:?}");
            assert!(file.mirrors.len() >= 2, "{file:?}");
            assert!(
                file.mirrors.iter().all(|mirror| mirror.ends_with('/')),
                "{file:?}"
            );
        }
    }
}

#[test]
fn a_misspelt_name_is_answered_with_the_nearest_and_all() {
    let error = find("fashion_mnsit").unwrap_err().to_string();
    assert!(error.contains("did you mean \"fashion-mnist\"?"), "{error}");
    assert!(
        error.contains("garments, digits, pets, mnist, fashion-mnist"),
        "{error}"
    );
    let error = find("imagenet-21k").unwrap_err().to_string();
    assert!(!error.contains("did you mean"), "{error}");
}

#[test]
fn a_data_set_is_present_once_all_its_files_are_packed_or_not() {
    let data = tempfile::tempdir().unwrap();
    let mnist = find("mnist").unwrap();
    assert!(is_present(find("pets").unwrap(), data.path()));
    assert!(!is_present(mnist, data.path()));
    let folder = folder_of(mnist, data.path());
    fs::create_dir(&folder).unwrap();
    for name in TRAIN_FILES {
        fs::write(folder.join(name), "").unwrap();
    }
    assert!(!is_present(mnist, data.path()));
    for name in TEST_FILES {
        fs::write(folder.join(format!("{name}.gz")), "").unwrap();
    }
    assert!(is_present(mnist, data.path()));
}

#[test]
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn real_data_sets_hold_what_the_catalogue_says() {
    let data_dir = std::env::var_os("CONVLAB_DATA").expect("CONVLAB_DATA must be set");
    let data_dir = PathBuf::from(data_dir);
    for name in ["mnist", "fashion-mnist"] {
        let entry = find(name).unwrap();
        assert!(
            is_present(entry, &data_dir),
            "{name} must be in {}",
            data_dir.display()
        );
        let data = load_idx(entry.name, &folder_of(entry, &data_dir), entry.classes).unwrap();
        let test = data.test.unwrap();
        assert_eq!(Some(data.train.shape()), entry.shape, "{name}");
        assert_eq!(data.train.len(), entry.train_images, "{name}");
        assert_eq!(test.len(), entry.test_images, "{name}");
        for class in 0..entry.classes.len() {
            assert!(
                (0..test.len()).any(|i| test.label(i) == class),
                "{name}: class {class}"
            );
        }
    }
}
