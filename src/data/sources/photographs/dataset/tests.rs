//! The published data sets end to end, with small archives of the same names and layouts.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{Rgb, RgbImage};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::data::catalog::{self, Source, download, is_present};
use crate::data::splits::Dataset;
use crate::experiment::{DataConfig, Experiment};
use crate::pixels::jpeg::tests::encoded;
use crate::run::open_dataset as open;

fn picture(shade: u8) -> Vec<u8> {
    let image = RgbImage::from_pixel(12, 10, Rgb([shade, 40, 255 - shade]));
    encoded(&image.into())
}

type Files = Vec<(String, Vec<u8>)>;

fn zip(files: &Files) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar_gz(files: &Files) -> Vec<u8> {
    let packer = GzEncoder::new(Vec::new(), Compression::fast());
    let mut builder = tar::Builder::new(packer);
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, &content[..])
            .unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// 30 cats and 30 dogs, and what else is in the published archive.
fn cats_vs_dogs() -> Files {
    let mut files: Files = (0..30)
        .flat_map(|n| {
            [
                (format!("PetImages/Cat/{n}.jpg"), picture(n)),
                (format!("PetImages/Dog/{n}.jpg"), picture(200 + n)),
            ]
        })
        .collect();
    files.extend([
        ("PetImages/Cat/666.jpg".into(), Vec::new()),
        (
            "PetImages/Dog/11702.jpg".into(),
            picture(9)[..100].to_owned(),
        ),
        ("PetImages/Cat/Thumbs.db".into(), b"thumbnails".to_vec()),
        ("readme[1].txt".into(), b"read me".to_vec()),
        ("CDLA-Permissive-2.0.pdf".into(), b"terms".to_vec()),
    ]);
    files
}

/// Images and annotations of 37 breeds, with two training images and a test image of each.
fn oxford_pets() -> (Files, Files) {
    let (mut images, mut lists) = (Files::new(), [String::new(), String::new()]);
    let classes = catalog::find("oxford-pets").unwrap().classes;
    for (index, class) in classes.iter().enumerate() {
        // As published: breeds of cats begin with a capital, those of dogs do not.
        let breed = match index % 2 {
            0 => class.replace(' ', "_"),
            _ => class.to_lowercase().replace(' ', "_"),
        };
        for (number, list) in [(1, 0), (20, 0), (3, 1)] {
            let name = format!("{breed}_{number}");
            images.push((
                format!("images/{name}.jpg"),
                picture(index as u8 * 5 + list as u8),
            ));
            lists[list] += &format!("{name} {} 1 1\n", index + 1);
        }
    }
    images.push(("images/Abyssinian_100.mat".into(), b"not needed".to_vec()));
    let [trainval, test] = lists.map(String::into_bytes);
    let annotations = vec![
        ("annotations/README".into(), b"read me".to_vec()),
        ("annotations/trainval.txt".into(), trainval),
        ("annotations/._trainval.txt".into(), b"not needed".to_vec()),
        ("annotations/test.txt".into(), test),
        (
            "annotations/trimaps/Abyssinian_1.png".into(),
            b"no".to_vec(),
        ),
    ];
    (images, annotations)
}

/// A data folder with the archives of `name`.
fn data_dir(name: &str, archives: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    fs::create_dir(data.path().join(name)).unwrap();
    for (file, content) in archives {
        fs::write(data.path().join(name).join(file), content).unwrap();
    }
    data
}

fn with_cats(files: &Files) -> tempfile::TempDir {
    data_dir(
        "cats-vs-dogs",
        &[("kagglecatsanddogs_5340.zip", zip(files))],
    )
}

fn opened(name: &str, data: &Path) -> Result<Dataset, DataError> {
    let config = DataConfig {
        dataset: name.into(),
        height: 8,
        width: 8,
        ..DataConfig::default()
    };
    let experiment = Experiment {
        data: config,
        ..Experiment::default()
    };
    open(&experiment, Some(data), &())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn cats_and_dogs_are_unpacked_once_and_split_by_seed_with_bad_files_named() {
    let data = with_cats(&cats_vs_dogs());
    let entry = catalog::find("cats-vs-dogs").unwrap();
    assert!(is_present(entry, data.path()));
    let pets = opened("cats-vs-dogs", data.path()).unwrap();
    assert_eq!(
        (pets.name.as_str(), &pets.classes[..]),
        ("cats-vs-dogs", &["cat".into(), "dog".into()][..])
    );
    assert_eq!(
        (pets.train.len(), pets.valid.len(), pets.test.len()),
        (43, 5, 12)
    );
    let skipped: Vec<&Path> = pets
        .skipped
        .iter()
        .map(|file| file.path.as_path())
        .collect();
    assert!(
        skipped.len() == 2
            && skipped[0].ends_with("cat/666.jpg")
            && skipped[1].ends_with("dog/11702.jpg"),
        "{skipped:?}"
    );
    let folder = data.path().join("cats-vs-dogs");
    assert_eq!(names(&folder), ["kagglecatsanddogs_5340.zip", "unpacked"]);
    assert_eq!(names(&folder.join(UNPACKED)), ["cat", "dog"]);
    assert_eq!(names(&folder.join("unpacked/cat")).len(), 31);

    // The archive is needed no more.
    fs::remove_file(folder.join("kagglecatsanddogs_5340.zip")).unwrap();
    assert!(is_present(entry, data.path()));
    let again = opened("cats-vs-dogs", data.path()).unwrap();
    assert_eq!(again.fingerprint, pets.fingerprint);
}

#[test]
fn breeds_come_with_their_official_split() {
    let (images, annotations) = oxford_pets();
    let data = data_dir(
        "oxford-pets",
        &[
            ("images.tar.gz", tar_gz(&images)),
            ("annotations.tar.gz", tar_gz(&annotations)),
        ],
    );
    let pets = opened("oxford-pets", data.path()).unwrap();
    assert_eq!(pets.classes.len(), 37);
    assert_eq!(pets.classes[15], "Great Pyrenees");
    assert_eq!(pets.train.len() + pets.valid.len(), 74);
    assert_eq!(pets.test.class_counts(37), [1; 37]);
    assert!(
        pets.test.origin(15).ends_with("great_pyrenees_3.jpg"),
        "{}",
        pets.test.origin(15)
    );
    let unpacked = data.path().join("oxford-pets/unpacked");
    assert_eq!(
        names(&unpacked.join("annotations")),
        lists::FILES.into_iter().rev().collect::<Vec<_>>()
    );
    assert_eq!(names(&unpacked.join("images")).len(), 111);

    // A listed image that is lost or damaged is skipped by name.
    fs::remove_file(unpacked.join("images/Abyssinian_1.jpg")).unwrap();
    fs::write(unpacked.join("images/pug_20.jpg"), "no image").unwrap();
    let pets = opened("oxford-pets", data.path()).unwrap();
    let skipped: Vec<&Path> = pets
        .skipped
        .iter()
        .map(|file| file.path.as_path())
        .collect();
    assert!(
        skipped.len() == 2
            && skipped[0].ends_with("Abyssinian_1.jpg")
            && skipped[1].ends_with("pug_20.jpg"),
        "{skipped:?}"
    );
}

#[test]
fn an_archive_that_lacks_what_is_needed_leaves_nothing_behind() {
    let only_cats: Files = cats_vs_dogs()
        .into_iter()
        .filter(|(name, _)| !name.contains("Dog"))
        .collect();
    let data = with_cats(&only_cats);
    let error = opened("cats-vs-dogs", data.path()).err().unwrap();
    let error = error.to_string();
    assert!(error.contains("PetImages/dog/*.jpg"), "{error}");

    let (_, annotations) = oxford_pets();
    let swapped = tar_gz(&annotations);
    let archives = [
        ("images.tar.gz", swapped.clone()),
        ("annotations.tar.gz", tar_gz(&Files::new())),
    ];
    let pets = data_dir("oxford-pets", &archives);
    let error = opened("oxford-pets", pets.path()).err().unwrap();
    assert!(error.to_string().contains("expected images"), "{error}");

    for (data, name, left) in [
        (data, "cats-vs-dogs", &["kagglecatsanddogs_5340.zip"][..]),
        (
            pets,
            "oxford-pets",
            &["annotations.tar.gz", "images.tar.gz"],
        ),
    ] {
        assert_eq!(names(&data.path().join(name)), left);
    }
}

#[test]
fn a_damaged_archive_leaves_nothing_behind() {
    let data = with_cats(&cats_vs_dogs());
    let folder = data.path().join("cats-vs-dogs");
    let path = folder.join("kagglecatsanddogs_5340.zip");
    let mut content = fs::read(&path).unwrap();
    // In the contents of a file, after others that are whole.
    let middle = content.len() / 2;
    for byte in &mut content[middle..middle + 2000] {
        *byte ^= 0x55;
    }
    fs::write(&path, content).unwrap();
    let error = opened("cats-vs-dogs", data.path()).err().unwrap();
    assert!(error.to_string().contains("damaged"), "{error}");
    assert_eq!(names(&folder), ["kagglecatsanddogs_5340.zip"]);
}

#[test]
fn an_unpacking_that_was_broken_off_starts_over() {
    let data = with_cats(&cats_vs_dogs());
    let unfinished = data.path().join("cats-vs-dogs").join(UNFINISHED);
    fs::create_dir_all(unfinished.join("cat")).unwrap();
    fs::write(unfinished.join("cat/0.jpg"), "half a picture").unwrap();
    let pets = opened("cats-vs-dogs", data.path()).unwrap();
    assert_eq!(pets.skipped.len(), 2);
    assert!(!unfinished.exists());
}

#[test]
fn two_programs_do_not_unpack_at_once() {
    let data = with_cats(&cats_vs_dogs());
    let folder = data.path().join("cats-vs-dogs");
    let lock = LockFile::acquire(folder.join(LOCK)).unwrap();
    let error = opened("cats-vs-dogs", data.path()).err().unwrap();
    assert!(matches!(error, DataError::Busy { .. }), "{error}");
    assert_eq!(
        names(&folder),
        ["kagglecatsanddogs_5340.zip", "unpacked.lock"]
    );
    drop(lock);
    opened("cats-vs-dogs", data.path()).unwrap();
}

#[test]
fn folders_of_ones_own_in_the_place_of_a_data_set_are_used_as_they_are() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("cats-vs-dogs");
    let put = |name: String, shade| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, picture(shade)).unwrap();
    };
    for n in 0..10 {
        put(format!("train/cat/{n}.jpg"), n);
        put(format!("train/dog/{n}.jpg"), 200 + n);
    }
    put("test/cat/20.jpg".into(), 20);
    put("test/dog/20.jpg".into(), 220);
    let entry = catalog::find("cats-vs-dogs").unwrap();
    assert!(is_present(entry, data.path()));
    download(entry, data.path(), &()).unwrap();
    let pets = opened("cats-vs-dogs", data.path()).unwrap();
    assert_eq!((pets.train.len(), pets.test.len()), (18, 2));
    assert_eq!(names(&folder), ["test", "train"]);

    put("train/fox/1.jpg".into(), 7);
    put("test/fox/1.jpg".into(), 7);
    let error = opened("cats-vs-dogs", data.path()).err().unwrap();
    let error = error.to_string();
    for part in ["cat, dog; found cat, dog, fox", "\"folder\""] {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn every_archive_names_two_checksums_or_one_and_a_length() {
    for entry in catalog::CATALOG {
        let Source::Archive { files, .. } = entry.source else {
            continue;
        };
        assert!(entry.shape.is_none(), "{}", entry.name);
        for file in files {
            let hex = |sum: &str| sum.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            assert!(file.sha256.len() == 64 && hex(file.sha256), "{file:?}");
            assert!(file.md5.is_none_or(|sum| sum.len() == 32 && hex(sum)));
            assert!(file.bytes.is_some_and(|bytes| bytes < LIMITS.total_bytes));
            let https = |mirror: &&str| mirror.starts_with("https://") && mirror.ends_with('/');
            assert!(!file.mirrors.is_empty() && file.mirrors.iter().all(https));
        }
    }
}

#[test]
fn classes_are_sorted_so_that_folders_and_lists_number_them_alike() {
    for name in ["cats-vs-dogs", "oxford-pets"] {
        assert!(catalog::find(name).unwrap().classes.is_sorted(), "{name}");
    }
}
