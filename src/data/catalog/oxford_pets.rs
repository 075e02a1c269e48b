//! The Oxford-IIIT Pet data set.

use super::entry::{DatasetEntry, Source};
use crate::data::sources::ArchiveLayout;
use crate::download::RemoteFile;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "oxford-pets",
    summary: "photographs of 37 breeds of cats and dogs, with the official split; 774 MiB",
    shape: None,
    classes: CLASSES,
    train_images: 3_680,
    test_images: 3_669,
    source: Source::Archive {
        files: FILES,
        layout: ArchiveLayout::Lists,
    },
    licence: "CC BY-SA 4.0",
    citation: "Parkhi, Vedaldi, Zisserman, Jawahar: Cats and Dogs. IEEE Conference on \
               Computer Vision and Pattern Recognition, 2012",
};

// torchvision takes the first, TensorFlow Datasets the second.
const MIRRORS: &[&str] = &[
    "https://www.robots.ox.ac.uk/~vgg/data/pets/data/",
    "https://thor.robots.ox.ac.uk/~vgg/data/pets/",
];

// MD5 as in torchvision.datasets.OxfordIIITPet, SHA-256 and length as in tensorflow/datasets.
const FILES: &[RemoteFile<'static>] = &[
    RemoteFile {
        name: "images.tar.gz",
        mirrors: MIRRORS,
        md5: Some("5c4f3ee8e5d25df40f4fd59a7f44e54c"),
        sha256: "67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
        bytes: Some(791_918_971),
    },
    RemoteFile {
        name: "annotations.tar.gz",
        mirrors: MIRRORS,
        md5: Some("95a8c909bbe2e81eed6a22bccdf3f68f"),
        sha256: "52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91",
        bytes: Some(19_173_078),
    },
];

/// The breeds by their numbers in the lists, spelt as torchvision does.
const CLASSES: &[&str] = &[
    "Abyssinian",
    "American Bulldog",
    "American Pit Bull Terrier",
    "Basset Hound",
    "Beagle",
    "Bengal",
    "Birman",
    "Bombay",
    "Boxer",
    "British Shorthair",
    "Chihuahua",
    "Egyptian Mau",
    "English Cocker Spaniel",
    "English Setter",
    "German Shorthaired",
    "Great Pyrenees",
    "Havanese",
    "Japanese Chin",
    "Keeshond",
    "Leonberger",
    "Maine Coon",
    "Miniature Pinscher",
    "Newfoundland",
    "Persian",
    "Pomeranian",
    "Pug",
    "Ragdoll",
    "Russian Blue",
    "Saint Bernard",
    "Samoyed",
    "Scottish Terrier",
    "Shiba Inu",
    "Siamese",
    "Sphynx",
    "Staffordshire Bull Terrier",
    "Wheaten Terrier",
    "Yorkshire Terrier",
];
