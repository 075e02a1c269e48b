//! One split of an IDX data set: an image file and its label file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{IdxImages, read_images, read_labels};
use crate::data::error::{DataError, IdxError};
use crate::data::sources::memory::MemoryStore;
use crate::data::store::ImageStore;
use crate::fingerprint::Fingerprint;
use crate::pixels::ImageShape;

/// One image file and its label file.
pub(super) struct IdxSplit {
    pub images_path: PathBuf,
    labels_path: PathBuf,
    images: IdxImages,
    pub labels: Vec<u8>,
}

impl IdxSplit {
    /// Reads both files of `folder`, given by their names without `.gz`.
    ///
    /// # Errors
    /// A file is refused, or the numbers of images and labels differ.
    pub fn read(folder: &Path, [images, labels]: [&str; 2]) -> Result<Self, DataError> {
        let path = |name| find_file(folder, name).unwrap_or_else(|| folder.join(name));
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

    /// Size of every image, `[1, rows, cols]`.
    pub fn shape(&self) -> ImageShape {
        ImageShape::new(1, self.images.rows, self.images.cols)
    }

    /// Checks that every label is below `num_classes`.
    ///
    /// # Errors
    /// [`IdxError::LabelOutOfRange`]
    pub fn check_labels(&self, num_classes: usize) -> Result<(), DataError> {
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

    /// A store called `name`; its content is added to `fingerprint`.
    pub fn into_store(self, name: String, fingerprint: &mut Fingerprint) -> Arc<dyn ImageStore> {
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

/// The file `name` of `folder`, with or without `.gz`.
pub(super) fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}
