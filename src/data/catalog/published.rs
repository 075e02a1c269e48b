//! The archives of the published photographs.

use crate::download::RemoteFile;

// SHA-256 and length as in the metadata of huggingface/datasets; nobody prints an MD5.
pub(super) const CATS_VS_DOGS_FILES: &[RemoteFile<'static>] = &[RemoteFile {
    name: "kagglecatsanddogs_5340.zip",
    mirrors: &[
        "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/",
    ],
    md5: None,
    sha256: "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
    bytes: Some(824_887_076),
}];

// torchvision takes the first, TensorFlow Datasets the second.
const OXFORD_PETS_MIRRORS: &[&str] = &[
    "https://www.robots.ox.ac.uk/~vgg/data/pets/data/",
    "https://thor.robots.ox.ac.uk/~vgg/data/pets/",
];

// MD5 as in torchvision.datasets.OxfordIIITPet, SHA-256 and length as in tensorflow/datasets.
pub(super) const OXFORD_PETS_FILES: &[RemoteFile<'static>] = &[
    RemoteFile {
        name: "images.tar.gz",
        mirrors: OXFORD_PETS_MIRRORS,
        md5: Some("5c4f3ee8e5d25df40f4fd59a7f44e54c"),
        sha256: "67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
        bytes: Some(791_918_971),
    },
    RemoteFile {
        name: "annotations.tar.gz",
        mirrors: OXFORD_PETS_MIRRORS,
        md5: Some("95a8c909bbe2e81eed6a22bccdf3f68f"),
        sha256: "52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91",
        bytes: Some(19_173_078),
    },
];

/// The breeds by their numbers in the lists, spelt as torchvision does.
pub(super) const OXFORD_PETS_CLASSES: &[&str] = &[
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
