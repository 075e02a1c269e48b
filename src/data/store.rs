//! Stores of images with labels, and data sets of such stores: what every source of images returns.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::decoding::{FileFacts, Sketch};
use super::error::DataError;
use super::normalization::Tables;
use crate::pixels::ImageShape;

/// Images with labels, addressed by position.
#[allow(clippy::len_without_is_empty)] // every loader refuses an empty data set
pub trait ImageStore: Send + Sync {
    /// Number of images; valid positions are `0..len()`.
    fn len(&self) -> usize;

    /// Size of every image, `[channels, height, width]`.
    fn shape(&self) -> ImageShape;

    /// Class index of image `index`, in `0..num_classes`.
    ///
    /// # Panics
    /// If `index` is not in `0..len()`.
    fn label(&self, index: usize) -> usize;

    /// Writes image `index` to `out`: 8-bit values `[channels, height, width]`, `shape().len()` of
    /// them.
    ///
    /// # Errors
    /// `index` or the length of `out` is wrong, or the file of the image can no longer be read.
    fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError>;

    /// As [`read`](Self::read), but without preparation: identifies images that have no file.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    fn read_unprepared(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        self.read(index, out)
    }

    /// Writes the normalized values of image `index` to `values`: `tables` applied to its 8-bit
    /// values, for which `pixels` is a buffer. Both have `shape().len()` values.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    fn read_values(
        &self,
        index: usize,
        tables: &Tables,
        pixels: &mut [u8],
        values: &mut [f32],
    ) -> Result<(), DataError> {
        self.read(index, pixels)?;
        tables.apply(pixels, values);
        Ok(())
    }

    /// The sketch of image `index`, for the checks on the data; `pixels` is a buffer for
    /// `shape().len()` values.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    fn sketch(&self, index: usize, pixels: &mut [u8]) -> Result<Sketch, DataError> {
        self.read(index, pixels)?;
        Ok(Sketch::new(pixels, pixels, self.shape()))
    }

    /// Size and colours of the file of image `index`; `None` if the images have no files of their own.
    fn file_facts(&self, _index: usize) -> Option<FileFacts> {
        None
    }

    /// Origin of image `index`: a file path, or e.g. `fashion-mnist test 23`.
    fn origin(&self, index: usize) -> String;
}

/// A data set as read or drawn, before it is split.
#[derive(Clone)]
pub struct RawDataset {
    /// Name in the catalogue, or the folder's own name.
    pub name: String,
    /// Class names; a label is a position in this list.
    pub classes: Vec<String>,
    /// Images to train on.
    pub train: Arc<dyn ImageStore>,
    /// Validation images, if the data set has some (`<path>/valid/<class>/*`).
    pub valid: Option<Arc<dyn ImageStore>>,
    /// Test images, if the data set has some.
    pub test: Option<Arc<dyn ImageStore>>,
    /// SHA-256 (hex) of the decoded content, which identifies the data of a run.
    pub fingerprint: String,
    /// Files with the extension of an image that could not be decoded.
    pub skipped: Vec<SkippedFile>,
}

impl fmt::Debug for RawDataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |store: &Arc<dyn ImageStore>| store.len();
        f.debug_struct("RawDataset")
            .field("name", &self.name)
            .field("classes", &self.classes)
            .field("shape", &self.train.shape())
            .field("train", &self.train.len())
            .field("valid", &self.valid.as_ref().map(count))
            .field("test", &self.test.as_ref().map(count))
            .field("fingerprint", &self.fingerprint)
            .field("skipped", &self.skipped.len())
            .finish()
    }
}

/// A file that was skipped, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFile {
    /// The file.
    pub path: PathBuf,
    /// Why it could not be decoded.
    pub reason: String,
}
