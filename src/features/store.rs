//! Features in place of the images of a split.

use super::file::FeatureFile;
use crate::data::{DataError, ImageStore, Split, Tables};
use crate::pixels::ImageShape;

/// Features of all passes over a split, one pass after the other.
pub struct FeatureStore {
    file: FeatureFile,
    images: Split,
}

impl FeatureStore {
    pub fn new(file: FeatureFile, images: Split) -> Self {
        Self { file, images }
    }
}

impl ImageStore for FeatureStore {
    fn len(&self) -> usize {
        self.file.len()
    }

    fn shape(&self) -> ImageShape {
        self.file.shape()
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index % self.images.len())
    }

    fn read(&self, _index: usize, _out: &mut [u8]) -> Result<(), DataError> {
        Err(DataError::NoPixels {
            path: self.file.path().to_path_buf(),
        })
    }

    fn read_values(
        &self,
        index: usize,
        _tables: &Tables,
        _pixels: &mut [u8],
        values: &mut [f32],
    ) -> Result<(), DataError> {
        (self.file.read(index, values)).map_err(DataError::io("read features of", self.file.path()))
    }

    fn origin(&self, index: usize) -> String {
        self.images.origin(index % self.images.len())
    }
}
