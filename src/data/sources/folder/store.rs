//! The store of a folder of images, which need not fit in memory.

use std::path::PathBuf;

use crate::data::decoding::{FileFacts, ImageOptions, Sketch, decode};
use crate::data::error::DataError;
use crate::data::sources::memory::check_read;
use crate::data::store::ImageStore;
use crate::pixels::ImageShape;

/// Images of one split, in memory or decoded on every read.
#[derive(Debug)]
pub struct FolderStore {
    pub options: ImageOptions,
    pub paths: Vec<PathBuf>,
    pub labels: Vec<u16>,
    /// Size and colours of each file.
    pub facts: Vec<FileFacts>,
    /// `[images, channels, height, width]`, if all images fit the cache budget.
    pub pixels: Option<Vec<u8>>,
    /// Sketches of all images, if these are not kept or were prepared; else empty.
    pub sketches: Vec<Sketch>,
}

impl ImageStore for FolderStore {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn shape(&self) -> ImageShape {
        self.options.shape()
    }

    fn label(&self, index: usize) -> usize {
        usize::from(self.labels[index])
    }

    fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        check_read("image folder", self, index, out)?;
        match &self.pixels {
            Some(pixels) => out.copy_from_slice(&pixels[index * out.len()..][..out.len()]),
            None => out.copy_from_slice(&decode(&self.paths[index], &self.options)?),
        }
        Ok(())
    }

    fn sketch(&self, index: usize, pixels: &mut [u8]) -> Result<Sketch, DataError> {
        match self.sketches.get(index) {
            Some(sketch) => Ok(sketch.clone()),
            None => {
                self.read(index, pixels)?;
                Ok(Sketch::new(pixels, pixels, self.shape()))
            }
        }
    }

    fn file_facts(&self, index: usize) -> Option<FileFacts> {
        self.facts.get(index).copied()
    }

    fn origin(&self, index: usize) -> String {
        self.paths[index].display().to_string()
    }
}
