//! Fashion-MNIST. The drawn garments have the same classes.

use super::entry::{DatasetEntry, Source};
use crate::data::synthetic::Drawing;
use crate::download::RemoteFile;
use crate::pixels::ImageShape;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "fashion-mnist",
    summary: "Zalando's article images, a drop-in replacement for MNIST",
    shape: Some(ImageShape::new(1, 28, 28)),
    classes: Drawing::Garments.classes(),
    train_images: 60_000,
    test_images: 10_000,
    source: Source::Idx { files: FILES },
    licence: "MIT",
    citation: "Xiao, Rasul, Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking \
               Machine Learning Algorithms. arXiv:1708.07747, 2017",
};

const MIRRORS: &[&str] = &[
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
];

// MD5 as in the README of zalandoresearch/fashion-mnist, "Get the Data".
const FILES: &[RemoteFile] = &[
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        bytes: Some(26_421_880),
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("25c81989df183df01b3e8a0aad5dffbe"),
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        bytes: Some(29_515),
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("bef4ecab320f06d8554ea6380940ec79"),
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        bytes: Some(4_422_102),
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("bb300cfdad3c16e7a12a480ee83cd310"),
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        bytes: Some(5_148),
    },
];
