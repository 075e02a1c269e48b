//! Folders of IDX files that fit together and that do not.

use super::*;
use crate::pixels::ImageShape;
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;

fn images(count: u32, side: u32) -> Vec<u8> {
    let header = [0x803, count, side, side].map(u32::to_be_bytes).concat();
    let pixels = (0..count * side * side).map(|i| (i % 251) as u8);
    header.into_iter().chain(pixels).collect()
}

fn labels(labels: &[u8]) -> Vec<u8> {
    let header = [0x801, labels.len() as u32].map(u32::to_be_bytes).concat();
    [&header, labels].concat()
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn four_files() -> [(&'static str, Vec<u8>); 4] {
    [
        (TRAIN_FILES[0], images(4, 3)),
        (TRAIN_FILES[1], labels(&[0, 1, 2, 1])),
        (TEST_FILES[0], images(2, 3)),
        (TEST_FILES[1], labels(&[2, 0])),
    ]
}

fn folder_of(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn refusal(files: &[(&str, Vec<u8>)]) -> String {
    let folder = folder_of(files);
    load_idx("toy", folder.path(), &["a", "b", "c"])
        .unwrap_err()
        .to_string()
}

#[test]
fn four_files_make_a_data_set_with_train_and_test() {
    let folder = folder_of(&four_files());
    let data = load_idx("toy", folder.path(), &["a", "b", "c"]).unwrap();
    let test = data.test.unwrap();
    assert_eq!((data.train.len(), test.len()), (4, 2));
    assert_eq!(data.train.shape(), ImageShape::new(1, 3, 3));
    assert_eq!(data.classes, ["a", "b", "c"]);
    assert_eq!(test.label(0), 2);
    assert_eq!(test.origin(1), "toy test 1");
    let mut image = [0; 9];
    data.train.read(1, &mut image).unwrap();
    assert_eq!(image, [9, 10, 11, 12, 13, 14, 15, 16, 17]);
}

#[test]
fn a_recompressed_copy_has_the_same_fingerprint_and_another_pixel_another_one() {
    let fingerprint = |files: &[(&str, Vec<u8>)]| {
        let folder = folder_of(files);
        load_idx("toy", folder.path(), &["a", "b", "c"])
            .unwrap()
            .fingerprint
    };
    let plain = fingerprint(&four_files());
    for level in [1, 9] {
        let packed = four_files().map(|(name, bytes)| (format!("{name}.gz"), gzip(&bytes, level)));
        let packed = packed
            .each_ref()
            .map(|(name, bytes)| (name.as_str(), bytes.clone()));
        assert_eq!(fingerprint(&packed), plain);
    }
    let mut other = four_files();
    other[2].1[20] ^= 1;
    assert_ne!(fingerprint(&other), plain);
}

#[test]
fn a_missing_file_is_named_with_the_folder_and_the_command_that_fetches_it() {
    let error = refusal(&four_files()[..3]);
    for part in [
        "t10k-labels-idx1-ubyte",
        "convlab data fetch toy",
        "--data-dir",
        "CONVLAB_DATA",
    ] {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
    assert!(!error.contains("train-images"), "{error}");
}

#[test]
fn different_numbers_of_images_and_labels_are_refused_with_both_numbers() {
    let mut files = four_files();
    files[1].1 = labels(&[0, 1, 2]);
    let error = refusal(&files);
    assert!(
        error.contains("4 images") && error.contains("3 labels"),
        "{error}"
    );
    assert!(
        error.contains(TRAIN_FILES[0]) && error.contains(TRAIN_FILES[1]),
        "{error}"
    );
}

#[test]
fn a_label_without_a_class_is_refused_with_its_position() {
    let mut files = four_files();
    files[3].1 = labels(&[2, 3]);
    let error = refusal(&files);
    assert!(
        error.contains("label 3 at position 1") && error.contains("0 to 2"),
        "{error}"
    );
    assert!(error.contains(TEST_FILES[1]), "{error}");
}

#[test]
fn test_images_of_another_size_are_refused_with_both_sizes() {
    let mut files = four_files();
    files[2].1 = images(2, 4);
    let error = refusal(&files);
    assert!(
        error.contains("1x3x3") && error.contains("1x4x4"),
        "{error}"
    );
}

#[test]
fn a_folder_by_path_takes_its_name_and_numbers_its_classes_by_the_labels() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("kuzushiji");
    fs::create_dir(&folder).unwrap();
    for (name, bytes) in &four_files()[..2] {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let data = load_idx_folder(&folder).unwrap();
    assert_eq!(data.name, "kuzushiji");
    assert_eq!(data.classes, ["0", "1", "2"]);
    assert!(data.test.is_none());
}

#[test]
fn a_folder_by_path_with_half_a_test_split_is_refused() {
    let folder = folder_of(&four_files()[..3]);
    let error = load_idx_folder(folder.path()).unwrap_err().to_string();
    assert!(error.contains("t10k-labels-idx1-ubyte"), "{error}");
}

#[test]
fn class_names_come_from_classes_txt_and_must_cover_the_labels() {
    let with = |names: &str| {
        let folder = folder_of(&four_files());
        fs::write(folder.path().join("classes.txt"), names).unwrap();
        load_idx_folder(folder.path()).map_err(|error| error.to_string())
    };
    assert_eq!(
        with("coat\r\nbag\r\nboot\n").unwrap().classes,
        ["coat", "bag", "boot"]
    );
    assert!(
        with("coat\nbag\n")
            .unwrap_err()
            .contains("label 2 at position 2")
    );
    assert!(
        with("coat\nbag\ncoat\n")
            .unwrap_err()
            .contains("`coat` is repeated")
    );
    assert!(
        with("coat\n\nboot\n")
            .unwrap_err()
            .contains("line 2 is empty")
    );
    assert!(with("coat\n").unwrap_err().contains("found 1"));
}

#[test]
fn a_path_that_is_no_folder_is_refused() {
    let error = load_idx_folder(Path::new("/nowhere/at-all")).unwrap_err();
    assert!(matches!(error, DataError::NotAFolder { .. }), "{error}");
}
