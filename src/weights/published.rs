//! Published weights.

use crate::download::{RemoteFile, UNPUBLISHED};

/// Weights published by the authors of a network or of a library.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Name in the configuration, e.g. `imagenet`.
    pub name: &'static str,
    /// The file.
    pub file: RemoteFile<'static>,
}

impl Published {
    /// Weights of torchvision, trained on ImageNet; the file name contains the first 8 digits of the
    /// SHA-256.
    pub const fn torchvision(name: &'static str, sha256: &'static str) -> Self {
        const FOLDER: &[&str] = &["https://download.pytorch.org/models/"];
        Self::new("imagenet", name, sha256, FOLDER)
    }

    /// Weights of Keras, trained on ImageNet. Keras publishes no checksums of these.
    pub const fn keras(name: &'static str, file: &'static str) -> Self {
        const FOLDER: &[&str] =
            &["https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/"];
        Self::new(name, file, UNPUBLISHED, FOLDER)
    }

    /// A file at one of `folders`; `sha256` is its checksum or a prefix of it.
    pub const fn new(
        name: &'static str,
        file: &'static str,
        sha256: &'static str,
        folders: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            file: RemoteFile {
                name: file,
                mirrors: folders,
                md5: None,
                sha256,
                bytes: None,
            },
        }
    }

    /// The same weights under another name.
    pub const fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}
