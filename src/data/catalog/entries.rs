//! Every data set that is known by name; one entry here is all that a new one needs.
//!
//! Help, listings, downloads and tests derive from [`CATALOG`]. Folders of images are not in it:
//! they are given by path.

use super::entry::{DatasetEntry, Source};
use super::published::{CATS_VS_DOGS_FILES, OXFORD_PETS_CLASSES, OXFORD_PETS_FILES};
use crate::data::error::DataError;
use crate::data::sources::Layout;
use crate::data::synthetic::Drawing;
use crate::download::RemoteFile;
use crate::pixels::ImageShape;
use crate::text::did_you_mean;

/// Every data set known by name.
pub const CATALOG: &[DatasetEntry] = &[
    DatasetEntry {
        name: "garments",
        summary: "drawn clothes in the classes of Fashion-MNIST; needs no download",
        shape: Some(Drawing::Garments.shape()),
        classes: GARMENT_CLASSES,
        train_images: 3_000,
        test_images: 1_000,
        source: Source::Drawn(Drawing::Garments),
        licence: DRAWN_LICENCE,
        citation: DRAWN_CITATION,
    },
    DatasetEntry {
        name: "digits",
        summary: "drawn digits in the manner of MNIST; needs no download",
        shape: Some(Drawing::Digits.shape()),
        classes: DIGIT_CLASSES,
        train_images: 3_000,
        test_images: 1_000,
        source: Source::Drawn(Drawing::Digits),
        licence: DRAWN_LICENCE,
        citation: DRAWN_CITATION,
    },
    DatasetEntry {
        name: "pets",
        summary: "drawn faces of cats and dogs in colour; needs no download",
        shape: Some(Drawing::Pets.shape()),
        classes: Drawing::Pets.classes(),
        train_images: 2_000,
        test_images: 500,
        source: Source::Drawn(Drawing::Pets),
        licence: DRAWN_LICENCE,
        citation: DRAWN_CITATION,
    },
    DatasetEntry {
        name: "mnist",
        summary: "handwritten digits",
        shape: Some(ImageShape::new(1, 28, 28)),
        classes: DIGIT_CLASSES,
        train_images: 60_000,
        test_images: 10_000,
        source: Source::Idx { files: MNIST_FILES },
        licence: "CC BY-SA 3.0",
        citation: "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document \
                   recognition. Proceedings of the IEEE 86(11), 1998",
    },
    DatasetEntry {
        name: "fashion-mnist",
        summary: "Zalando's article images, a drop-in replacement for MNIST",
        shape: Some(ImageShape::new(1, 28, 28)),
        classes: GARMENT_CLASSES,
        train_images: 60_000,
        test_images: 10_000,
        source: Source::Idx {
            files: FASHION_MNIST_FILES,
        },
        licence: "MIT",
        citation: "Xiao, Rasul, Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking \
                   Machine Learning Algorithms. arXiv:1708.07747, 2017",
    },
    DatasetEntry {
        name: "cats-vs-dogs",
        summary: "photographs of cats and dogs from Microsoft's Asirra; 787 MiB",
        shape: None,
        classes: &["cat", "dog"],
        train_images: 25_000,
        test_images: 0,
        source: Source::Archive {
            files: CATS_VS_DOGS_FILES,
            layout: Layout::ClassFolders { root: "PetImages" },
        },
        licence: "CDLA-Permissive-2.0",
        citation: "Elson, Douceur, Howell, Saul: Asirra: A CAPTCHA that Exploits \
                   Interest-Aligned Manual Image Categorization. ACM CCS, 2007",
    },
    DatasetEntry {
        name: "oxford-pets",
        summary: "photographs of 37 breeds of cats and dogs, with the official split; 774 MiB",
        shape: None,
        classes: OXFORD_PETS_CLASSES,
        train_images: 3_680,
        test_images: 3_669,
        source: Source::Archive {
            files: OXFORD_PETS_FILES,
            layout: Layout::Lists,
        },
        licence: "CC BY-SA 4.0",
        citation: "Parkhi, Vedaldi, Zisserman, Jawahar: Cats and Dogs. IEEE Conference on \
                   Computer Vision and Pattern Recognition, 2012",
    },
];

// The drawn data sets have the classes of those they stand in for.
const DIGIT_CLASSES: &[&str] = Drawing::Digits.classes();
const GARMENT_CLASSES: &[&str] = Drawing::Garments.classes();

const DRAWN_LICENCE: &str = "that of this program";
const DRAWN_CITATION: &str = "drawn by convlab";

// The publisher's own address answers 403; these two are its accepted mirrors, in the order
// torchvision tries them.
const MNIST_MIRRORS: &[&str] = &[
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

// MD5 as in torchvision.datasets.MNIST.
const MNIST_FILES: &[RemoteFile] = &[
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        mirrors: MNIST_MIRRORS,
        md5: Some("f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        bytes: Some(9_912_422),
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        mirrors: MNIST_MIRRORS,
        md5: Some("d53e105ee54ea40749a09fcbcd1e9432"),
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        bytes: Some(28_881),
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        mirrors: MNIST_MIRRORS,
        md5: Some("9fb629c4189551a2d022fa330f9573f3"),
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        bytes: Some(1_648_877),
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        mirrors: MNIST_MIRRORS,
        md5: Some("ec29112dd5afa0611ce80d1b7f02629c"),
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        bytes: Some(4_542),
    },
];

const FASHION_MNIST_MIRRORS: &[&str] = &[
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
];

// MD5 as in the README of zalandoresearch/fashion-mnist, "Get the Data".
const FASHION_MNIST_FILES: &[RemoteFile] = &[
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        mirrors: FASHION_MNIST_MIRRORS,
        md5: Some("8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        bytes: Some(26_421_880),
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        mirrors: FASHION_MNIST_MIRRORS,
        md5: Some("25c81989df183df01b3e8a0aad5dffbe"),
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        bytes: Some(29_515),
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        mirrors: FASHION_MNIST_MIRRORS,
        md5: Some("bef4ecab320f06d8554ea6380940ec79"),
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        bytes: Some(4_422_102),
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        mirrors: FASHION_MNIST_MIRRORS,
        md5: Some("bb300cfdad3c16e7a12a480ee83cd310"),
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        bytes: Some(5_148),
    },
];

/// The entry called `name`.
///
/// # Errors
/// Where there is none; the error names the nearest and all.
pub fn find(name: &str) -> Result<&'static DatasetEntry, DataError> {
    let exact = CATALOG.iter().find(|entry| entry.name == name);
    exact.ok_or_else(|| {
        let known: Vec<&str> = CATALOG.iter().map(|entry| entry.name).collect();
        DataError::UnknownDataset {
            name: name.to_owned(),
            suggestion: did_you_mean(name, known.iter().copied()),
            known: known.join(", "),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::catalog::{folder_of, is_present};
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
    fn the_published_data_sets_hold_what_the_catalogue_says() {
        let Some(data_dir) = std::env::var_os("CONVLAB_DATA").map(PathBuf::from) else {
            eprintln!("SKIPPED: set CONVLAB_DATA to check the published data sets");
            return;
        };
        for entry in CATALOG
            .iter()
            .filter(|entry| matches!(entry.source, Source::Idx { .. }))
        {
            if !is_present(entry, &data_dir) {
                eprintln!("SKIPPED: {} is not in CONVLAB_DATA", entry.name);
                continue;
            }
            let data = load_idx(entry.name, &folder_of(entry, &data_dir), entry.classes).unwrap();
            let test = data.test.unwrap();
            assert_eq!(Some(data.train.shape()), entry.shape, "{}", entry.name);
            assert_eq!(data.train.len(), entry.train_images, "{}", entry.name);
            assert_eq!(test.len(), entry.test_images, "{}", entry.name);
            for class in 0..entry.classes.len() {
                assert!(
                    (0..test.len()).any(|i| test.label(i) == class),
                    "class {class}"
                );
            }
        }
    }
}
