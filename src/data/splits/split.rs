//! A split: some images of a store, with their normalization.

use std::ops::Range;
use std::sync::Arc;

use crate::data::decoding::{FileFacts, Sketch};
use crate::data::error::DataError;
use crate::data::normalization::{Normalization, Tables};
use crate::data::store::ImageStore;
use crate::pixels::ImageShape;

/// Some images of a store, in a fixed order.
#[derive(Clone)]
pub struct Split {
    store: Arc<dyn ImageStore>,
    indices: Arc<[u32]>,
    normalization: Arc<Normalization>,
}

impl Split {
    /// All images of `store`.
    pub fn whole(store: Arc<dyn ImageStore>) -> Self {
        Self {
            indices: (0..store.len() as u32).collect(),
            normalization: Arc::new(Normalization::unit(store.shape().channels)),
            store,
        }
    }

    pub fn len(&self) -> usize {
        self.indices.len()
    }

    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    pub fn shape(&self) -> ImageShape {
        self.store.shape()
    }

    /// Class index of image `index` of this split.
    pub fn label(&self, index: usize) -> usize {
        self.store.label(self.indices[index] as usize)
    }

    /// Writes image `index` of this split to `out`, 8-bit values `[channels, height, width]`.
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        self.store.read(self.indices[index] as usize, out)
    }

    /// As [`read`](Self::read), but without preparation.
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn read_unprepared(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        (self.store).read_unprepared(self.indices[index] as usize, out)
    }

    /// Writes the normalized values of image `index` of this split to `values`.
    ///
    /// `pixels` and `values` have [`shape`](Self::shape)`().len()` values; `tables` are those of
    /// [`normalization`](Self::normalization).
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn read_values(
        &self,
        index: usize,
        tables: &Tables,
        pixels: &mut [u8],
        values: &mut [f32],
    ) -> Result<(), DataError> {
        (self.store).read_values(self.indices[index] as usize, tables, pixels, values)
    }

    /// The sketch of image `index` of this split; `pixels` is a buffer for one image.
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn sketch(&self, index: usize, pixels: &mut [u8]) -> Result<Sketch, DataError> {
        self.store.sketch(self.indices[index] as usize, pixels)
    }

    /// Size and colours of the file of image `index` of this split.
    pub fn file_facts(&self, index: usize) -> Option<FileFacts> {
        self.store.file_facts(self.indices[index] as usize)
    }

    /// Positions of the images in the store.
    pub fn positions(&self) -> &[u32] {
        &self.indices
    }

    /// Origin of image `index` of this split, see [`ImageStore::origin`].
    pub fn origin(&self, index: usize) -> String {
        self.store.origin(self.indices[index] as usize)
    }

    /// How 8-bit values are normalized.
    pub fn normalization(&self) -> &Normalization {
        &self.normalization
    }

    /// All images of `store`, whose values are normalized already.
    pub fn of_values(store: Arc<dyn ImageStore>) -> Self {
        Self::whole(store).normalized(&Arc::new(Normalization::none()))
    }

    /// The same images, normalized by `normalization`.
    pub(super) fn normalized(self, normalization: &Arc<Normalization>) -> Self {
        Self {
            normalization: normalization.clone(),
            ..self
        }
    }

    /// Images per class.
    pub fn class_counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for index in 0..self.len() {
            counts[self.label(index)] += 1;
        }
        counts
    }

    /// The images at `range` of this split.
    pub fn slice(&self, range: Range<usize>) -> Split {
        self.with_positions(self.indices[range].to_vec())
    }

    /// The images at `indices` of the store.
    pub(super) fn with_positions(&self, indices: Vec<u32>) -> Split {
        Split {
            store: self.store.clone(),
            indices: indices.into(),
            normalization: self.normalization.clone(),
        }
    }
}
