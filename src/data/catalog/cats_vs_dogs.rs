//! Cats vs. dogs, the photographs of Microsoft's Asirra.

use super::entry::{DatasetEntry, Source};
use crate::data::sources::ArchiveLayout;
use crate::download::RemoteFile;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "cats-vs-dogs",
    summary: "photographs of cats and dogs from Microsoft's Asirra; 787 MiB",
    shape: None,
    classes: &["cat", "dog"],
    train_images: 25_000,
    test_images: 0,
    source: Source::Archive {
        files: FILES,
        layout: ArchiveLayout::ClassFolders { root: "PetImages" },
    },
    licence: "CDLA-Permissive-2.0",
    citation: "Elson, Douceur, Howell, Saul: Asirra: A CAPTCHA that Exploits \
               Interest-Aligned Manual Image Categorization. ACM CCS, 2007",
};

// SHA-256 and length as in the metadata of huggingface/datasets; nobody prints an MD5.
const FILES: &[RemoteFile<'static>] = &[RemoteFile {
    name: "kagglecatsanddogs_5340.zip",
    mirrors: &[
        "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/",
    ],
    md5: None,
    sha256: "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
    bytes: Some(824_887_076),
}];
