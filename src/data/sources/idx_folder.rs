//! Data sets of four IDX files in a folder: two splits, each of images and labels that have to
//! fit together.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::folder_name;
use super::idx::{IdxImages, read_images, read_labels};
use super::memory::MemoryStore;
use crate::data::error::DataError;
use crate::data::error::IdxError;
use crate::data::store::{ImageStore, RawDataset};
use crate::fingerprint::Fingerprint;
use crate::pixels::ImageShape;

/// The training and the test split of an IDX folder, as image and label file, without `.gz`.
pub const TRAIN_FILES: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
/// See [`TRAIN_FILES`].
pub const TEST_FILES: [&str; 2] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Reads the four files of a data set of the catalogue from `folder`.
///
/// # Errors
/// Where one of the four files is missing or refused by [`read_images`] or [`read_labels`], where
/// images and labels differ in number, the splits in shape, or a label names none of `classes`.
pub fn load_idx(name: &str, folder: &Path, classes: &[&str]) -> Result<RawDataset, DataError> {
    let missing = missing_files(folder, TRAIN_FILES.iter().chain(&TEST_FILES));
    if !missing.is_empty() {
        return Err(DataError::MissingDataset {
            name: name.to_owned(),
            folder: folder.to_path_buf(),
            files: missing,
        });
    }
    let train = Split::read(folder, TRAIN_FILES)?;
    let test = Split::read(folder, TEST_FILES)?;
    let classes = classes.iter().map(|&class| class.to_owned()).collect();
    assemble(name, classes, train, Some(test))
}

/// Reads any folder of IDX files given by path. The test files may be absent, both of them. Class
/// names come from `classes.txt` (one per line) where it is there, else they are `0` to `N-1`
/// with N from the labels.
///
/// # Errors
/// As [`load_idx`], and where `classes.txt` is not usable.
pub fn load_idx_folder(folder: &Path) -> Result<RawDataset, DataError> {
    if !folder.is_dir() {
        return Err(DataError::NotAFolder {
            path: folder.to_path_buf(),
        });
    }
    let has_test = TEST_FILES.iter().any(|file| find(folder, file).is_some());
    let wanted = if has_test { &TEST_FILES[..] } else { &[] };
    let missing = missing_files(folder, TRAIN_FILES.iter().chain(wanted));
    if !missing.is_empty() {
        return Err(DataError::MissingIdx {
            folder: folder.to_path_buf(),
            files: missing,
        });
    }
    let train = Split::read(folder, TRAIN_FILES)?;
    let test = has_test
        .then(|| Split::read(folder, TEST_FILES))
        .transpose()?;
    let largest = |split: &Split| split.labels.iter().copied().max().unwrap_or(0);
    let from_labels = usize::from(largest(&train).max(test.as_ref().map_or(0, largest))) + 1;
    let classes = match read_class_names(&folder.join("classes.txt"))? {
        Some(names) => names,
        None => (0..from_labels).map(|class| class.to_string()).collect(),
    };
    assemble(&folder_name(folder), classes, train, test)
}

/// The file `name` of `folder`, as it is or with `.gz`.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}

fn missing_files<'a>(folder: &Path, names: impl IntoIterator<Item = &'a &'a str>) -> Vec<String> {
    names
        .into_iter()
        .filter(|name| find(folder, name).is_none())
        .map(|&name| name.to_owned())
        .collect()
}

/// One image file and its label file.
struct Split {
    images_path: PathBuf,
    labels_path: PathBuf,
    images: IdxImages,
    labels: Vec<u8>,
}

impl Split {
    fn read(folder: &Path, [images, labels]: [&str; 2]) -> Result<Self, DataError> {
        let path = |name| find(folder, name).unwrap_or_else(|| folder.join(name));
        let (images_path, labels_path) = (path(images), path(labels));
        let split = Self {
            images: read_images(&images_path)?,
            labels: read_labels(&labels_path)?,
            images_path,
            labels_path,
        };
        if split.images.count != split.labels.len() {
            return Err(IdxError::CountMismatch {
                images_path: split.images_path,
                images: split.images.count,
                labels_path: split.labels_path,
                labels: split.labels.len(),
            }
            .into());
        }
        Ok(split)
    }

    fn shape(&self) -> ImageShape {
        ImageShape::new(1, self.images.rows, self.images.cols)
    }

    fn check_labels(&self, num_classes: usize) -> Result<(), DataError> {
        let bad = self
            .labels
            .iter()
            .position(|&label| usize::from(label) >= num_classes);
        bad.map_or(Ok(()), |index| {
            Err(IdxError::LabelOutOfRange {
                path: self.labels_path.clone(),
                index,
                label: usize::from(self.labels[index]),
                num_classes,
            }
            .into())
        })
    }

    fn into_store(self, name: String, fingerprint: &mut Fingerprint) -> Arc<dyn ImageStore> {
        let shape = self.shape();
        for size in [self.images.count, shape.height, shape.width] {
            fingerprint.number(size as u64);
        }
        fingerprint.bytes(&self.images.pixels);
        fingerprint.bytes(&self.labels);
        let labels = self.labels.into_iter().map(u16::from).collect();
        Arc::new(MemoryStore::new(name, shape, self.images.pixels, labels))
    }
}

fn assemble(
    name: &str,
    classes: Vec<String>,
    train: Split,
    test: Option<Split>,
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

fn read_class_names(path: &Path) -> Result<Option<Vec<String>>, DataError> {
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
        let double = names.iter().find(|name| !seen.insert(name.as_str()));
        double.map(|name| format!("`{name}` is there twice"))
    };
    problem.map_or(Ok(Some(names)), |problem| {
        Err(IdxError::ClassNames {
            path: path.to_path_buf(),
            problem,
        }
        .into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
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
            let packed =
                four_files().map(|(name, bytes)| (format!("{name}.gz"), gzip(&bytes, level)));
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
                .contains("`coat` is there twice")
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
}
