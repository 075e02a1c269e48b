//! Folders of images, whole and damaged.

use super::*;
use crate::data::decoding::ImageOptions;
use crate::data::store::ImageStore;
use crate::pixels::{ColorMode, ImageShape};
use image::{GrayImage, Luma};
use std::fs;
use std::sync::{Arc, Mutex};

const SHAPE: ImageShape = ImageShape::new(1, 4, 4);

fn options() -> FolderOptions {
    FolderOptions::new(ImageOptions::new(ColorMode::Grey, 4, 4))
}

fn load(path: &Path) -> Result<RawDataset, DataError> {
    load_folder(path, &options(), &())
}

/// A folder with one grey image per `(path, value)`.
fn folder_of(images: &[(&str, u8)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for &(name, value) in images {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        GrayImage::from_pixel(4, 4, Luma([value]))
            .save(path)
            .unwrap();
    }
    folder
}

fn pets() -> tempfile::TempDir {
    folder_of(&[
        ("train/dog/b.png", 4),
        ("train/dog/a.png", 3),
        ("train/cat/2.png", 2),
        ("train/cat/1.png", 1),
        ("val/cat/5.png", 5),
        ("val/dog/6.png", 6),
        ("test/cat/7.png", 7),
        ("test/dog/8.png", 8),
    ])
}

/// First value and label of every image.
fn contents(store: &Arc<dyn ImageStore>) -> Vec<(u8, usize)> {
    let mut out = [0; SHAPE.len()];
    (0..store.len())
        .map(|index| {
            store.read(index, &mut out).unwrap();
            (out[0], store.label(index))
        })
        .collect()
}

#[test]
fn splits_come_out_sorted_by_class_and_file_name() {
    let folder = pets();
    let data = load(folder.path()).unwrap();
    assert_eq!(data.classes, ["cat", "dog"]);
    assert_eq!(contents(&data.train), [(1, 0), (2, 0), (3, 1), (4, 1)]);
    assert_eq!(contents(data.valid.as_ref().unwrap()), [(5, 0), (6, 1)]);
    assert_eq!(contents(data.test.as_ref().unwrap()), [(7, 0), (8, 1)]);
    assert_eq!(data.train.shape(), SHAPE);
    assert!(
        data.train.origin(2).ends_with("a.png"),
        "{}",
        data.train.origin(2)
    );
}

#[test]
fn without_split_folders_everything_is_train() {
    let folder = folder_of(&[("cat/1.png", 1), ("dog/2.png", 2)]);
    let data = load(folder.path()).unwrap();
    assert_eq!(contents(&data.train), [(1, 0), (2, 1)]);
    assert!(data.valid.is_none() && data.test.is_none());
}

#[test]
fn streaming_gives_the_same_as_keeping_in_memory() {
    let folder = pets();
    let kept = load(folder.path()).unwrap();
    let mut options = options();
    options.cache_bytes = 8 * SHAPE.len() as u64 - 1;
    let streamed = load_folder(folder.path(), &options, &()).unwrap();
    assert_eq!(contents(&streamed.train), contents(&kept.train));
    assert_eq!(streamed.fingerprint, kept.fingerprint);

    // Only the streaming store notices that its file is gone.
    fs::remove_file(folder.path().join("train/cat/1.png")).unwrap();
    let mut out = [0; SHAPE.len()];
    kept.train.read(0, &mut out).unwrap();
    let error = streamed.train.read(0, &mut out).unwrap_err().to_string();
    assert!(error.contains("1.png"), "{error}");
}

#[test]
fn the_fingerprint_follows_pixels_names_and_labels_but_not_the_place() {
    let images = [("cat/1.png", 1), ("cat/2.png", 2), ("dog/3.png", 3)];
    let fingerprint = |images: &[(&str, u8)]| load(folder_of(images).path()).unwrap().fingerprint;
    let original = fingerprint(&images);
    assert_eq!(fingerprint(&images), original);
    for changed in [("cat/2.png", 9), ("cat/9.png", 2), ("dog/2.png", 2)] {
        assert_ne!(
            fingerprint(&[images[0], changed, images[2]]),
            original,
            "{changed:?}"
        );
    }
}

#[test]
fn a_few_bad_images_are_skipped_by_name_and_many_refused() {
    let names: Vec<String> = (0..20).map(|i| format!("cat/{i:02}.png")).collect();
    let mut images: Vec<(&str, u8)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    images.push(("dog/1.png", 2));
    let folder = folder_of(&images);
    fs::write(folder.path().join("cat/07.png"), "no image").unwrap();
    let data = load(folder.path()).unwrap();
    assert_eq!(data.train.len(), 20);
    assert_eq!(data.skipped.len(), 1);
    assert!(data.skipped[0].path.ends_with("cat/07.png"));
    assert!(
        data.skipped[0].reason.contains("not an image"),
        "{:?}",
        data.skipped
    );

    fs::write(folder.path().join("cat/08.png"), "").unwrap();
    let error = load(folder.path()).unwrap_err().to_string();
    for part in [
        "2 of 21",
        "5.0%",
        "07.png",
        "08.png",
        "empty",
        "max_bad_fraction",
    ] {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn a_class_of_bad_images_only_is_refused_however_many_may_be_bad() {
    let folder = pets();
    for name in ["a.png", "b.png"] {
        fs::write(folder.path().join("train/dog").join(name), "no image").unwrap();
    }
    let mut options = options();
    options.max_bad_fraction = 1.0;
    let error = load_folder(folder.path(), &options, &())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("none of the 2 images of class `dog`"),
        "{error}"
    );
}

#[test]
fn a_share_of_bad_files_that_is_no_share_is_refused() {
    let mut options = options();
    for share in [-0.1, 1.1, f64::NAN] {
        options.max_bad_fraction = share;
        let error = load_folder(pets().path(), &options, &())
            .unwrap_err()
            .to_string();
        assert!(error.contains("max_bad_fraction"), "{error}");
    }
}

/// Notes the units of each call.
struct Counter(Mutex<Vec<u64>>);

impl Progress for Counter {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        assert_eq!(stage, Stage::images("reading"));
        self.0.lock().unwrap().extend(total);
    }

    fn advance(&self, units: u64) {
        self.0.lock().unwrap().push(units);
    }
}

#[test]
fn progress_ends_with_all_files() {
    let counter = Counter(Mutex::default());
    let folder = pets();
    load_folder(folder.path(), &options(), &counter).unwrap();
    assert_eq!(counter.0.into_inner().unwrap(), [8, 4, 2, 2]);
}

#[test]
fn the_name_of_the_current_folder_is_that_of_the_folder_it_stands_for() {
    let folder = folder_of(&[("pets/cat/1.png", 1)]);
    assert_eq!(folder_name(&folder.path().join("pets")), "pets");
    assert_eq!(folder_name(&folder.path().join("pets/cat/..")), "pets");
}

#[test]
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn real_data_photographs_are_all_read() {
    let data_dir = std::env::var_os("CONVLAB_DATA").expect("CONVLAB_DATA must be set");
    let path = Path::new(&data_dir).join("cats-vs-dogs/test");
    assert!(path.is_dir(), "{} must be a folder", path.display());
    let options = FolderOptions::new(ImageOptions::new(ColorMode::Rgb, 64, 64));
    let data = load_folder(&path, &options, &()).unwrap();
    assert_eq!(data.classes, ["cat", "dog"]);
    assert_eq!(data.skipped, []);
    assert_eq!(data.train.len(), 500);
}
