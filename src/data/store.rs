//! What every source of images gives: stores of images with labels, and data sets of such stores.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::decoding::{FileFacts, Sketch};
use super::error::DataError;
use super::splits::Tables;
use crate::pixels::ImageShape;

/// Images with labels, addressed by position; how they are kept is the store's own business.
#[allow(clippy::len_without_is_empty)] // every loader refuses an empty data set
pub trait ImageStore: Send + Sync {
    /// Number of images; valid positions are `0..len()`.
    fn len(&self) -> usize;

    /// Size of every image, `[channels, height, width]`.
    fn shape(&self) -> ImageShape;

    /// Class index of image `index`, in `0..num_classes`.
    ///
    /// # Panics
    /// Where `index` is not in `0..len()`.
    fn label(&self, index: usize) -> usize;

    /// Writes image `index` to `out`, 8-bit values in the order `[channels, height, width]`;
    /// `out` has `shape().len()` values.
    ///
    /// # Errors
    /// Where `index` or the length of `out` is wrong, or the image's file has become unreadable.
    fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError>;

    /// As [`read`](Self::read), the image as it is without preparation; to know it again by, where
    /// its origin is no file.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    fn read_unprepared(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        self.read(index, out)
    }

    /// Writes what the network sees of image `index` to `values`, `tables` applied to its 8-bit
    /// values; `pixels` is room for these. Both have `shape().len()` values.
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

    /// Image `index` in brief, for the checks on the data; `pixels` is room for `shape().len()`
    /// values.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    fn sketch(&self, index: usize, pixels: &mut [u8]) -> Result<Sketch, DataError> {
        self.read(index, pixels)?;
        Ok(Sketch::new(pixels, pixels, self.shape()))
    }

    /// Size and colours of the file of image `index`; `None` where the images have the size of the
    /// store from the start.
    fn file_facts(&self, _index: usize) -> Option<FileFacts> {
        None
    }

    /// Where image `index` comes from: a file path, or e.g. `fashion-mnist test 23`.
    fn origin(&self, index: usize) -> String;
}

/// A data set as found on disk or drawn, before the validation split is cut.
#[derive(Clone)]
pub struct RawDataset {
    /// Name in the catalogue, or the folder's own name.
    pub name: String,
    /// Class names; a label is a position in this list.
    pub classes: Vec<String>,
    /// Images to train on.
    pub train: Arc<dyn ImageStore>,
    /// Only where the data set brings one (`<path>/valid/<class>/*`).
    pub valid: Option<Arc<dyn ImageStore>>,
    /// Held-out images, where the data set brings them.
    pub test: Option<Arc<dyn ImageStore>>,
    /// SHA-256 (hex) over the decoded content, so that a run can tell what it was trained on.
    pub fingerprint: String,
    /// Files that look like images by name but could not be decoded.
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

/// A file that was left out of a data set, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFile {
    /// The file as it was found.
    pub path: PathBuf,
    /// What is wrong with it, in one sentence.
    pub reason: String,
}
