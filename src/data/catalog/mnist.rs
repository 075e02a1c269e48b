//! MNIST. The drawn digits have the same classes.

use super::entry::{DatasetEntry, Source};
use crate::data::synthetic::Drawing;
use crate::download::RemoteFile;
use crate::pixels::ImageShape;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "mnist",
    summary: "handwritten digits",
    shape: Some(ImageShape::new(1, 28, 28)),
    classes: Drawing::Digits.classes(),
    train_images: 60_000,
    test_images: 10_000,
    source: Source::Idx { files: FILES },
    licence: "CC BY-SA 3.0",
    citation: "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document \
               recognition. Proceedings of the IEEE 86(11), 1998",
};

// The publisher's own address answers 403; these two are its accepted mirrors, in the order
// torchvision tries them.
const MIRRORS: &[&str] = &[
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

// MD5 as in torchvision.datasets.MNIST.
const FILES: &[RemoteFile] = &[
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        bytes: Some(9_912_422),
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("d53e105ee54ea40749a09fcbcd1e9432"),
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        bytes: Some(28_881),
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("9fb629c4189551a2d022fa330f9573f3"),
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        bytes: Some(1_648_877),
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        mirrors: MIRRORS,
        md5: Some("ec29112dd5afa0611ce80d1b7f02629c"),
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        bytes: Some(4_542),
    },
];
