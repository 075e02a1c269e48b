//! Batches on the device, in an order that depends on nothing but seed and epoch.
//!
//! Burn's own loader shuffles by a generator that runs on from epoch to epoch, so that a resumed
//! training would see other batches than an uninterrupted one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{DataError, Split};

/// Images with their classes.
#[derive(Debug, Clone)]
pub struct ImageBatch {
    /// `[batch, channels, height, width]`, values as [`Normalization`](super::Normalization) gives.
    pub images: Tensor<4>,
    /// `[batch]`, class indices.
    pub targets: Tensor<1, Int>,
}

/// Reads the image of an index: room for its pixels, and where its values go.
type ReadOne<'a> = dyn Fn(usize, &mut [u8], &mut [f32]) -> Result<(), DataError> + Sync + 'a;

impl ImageBatch {
    /// Reads the images at `indices` of `split`.
    ///
    /// # Errors
    /// An image can no longer be read.
    pub fn read(split: &Split, indices: &[usize], device: &Device) -> Result<Self, DataError> {
        let tables = split.normalization().tables();
        let read = |index: usize, pixels: &mut [u8], values: &mut [f32]| {
            split.read_values(index, &tables, pixels, values)
        };
        Self::read_by(&read, split, indices, device)
    }

    /// The same, with the 8-bit values of each image, `[channels, height, width]`, changed by
    /// `change`, which is told the image's index.
    ///
    /// # Errors
    /// An image can no longer be read.
    pub fn read_changed(
        split: &Split,
        indices: &[usize],
        device: &Device,
        change: &(dyn Fn(usize, &mut [u8]) + Sync),
    ) -> Result<Self, DataError> {
        let tables = split.normalization().tables();
        let read = |index: usize, pixels: &mut [u8], values: &mut [f32]| {
            split.read(index, pixels)?;
            change(index, pixels);
            tables.apply(pixels, values);
            Ok(())
        };
        Self::read_by(&read, split, indices, device)
    }

    fn read_by(
        read: &ReadOne,
        split: &Split,
        indices: &[usize],
        device: &Device,
    ) -> Result<Self, DataError> {
        let shape = split.shape();
        let mut values = vec![0f32; indices.len() * shape.len()];
        values
            .par_chunks_mut(shape.len())
            .zip(indices)
            .with_min_len(16)
            .try_for_each_init(
                || vec![0u8; shape.len()],
                |pixels, (values, &index)| read(index, pixels, values),
            )?;
        let dims = [indices.len(), shape.channels, shape.height, shape.width];
        let targets: Vec<i32> = indices.iter().map(|&i| split.label(i) as i32).collect();
        let count = targets.len();
        Ok(Self {
            images: Tensor::from_data(TensorData::new(values, dims), device),
            targets: Tensor::from_data(TensorData::new(targets, [count]), device),
        })
    }
}

/// Where a training stands: which epoch's order is next, and how many of its batches to skip.
#[derive(Debug, Default)]
pub struct Position {
    epoch: AtomicUsize,
    batch: AtomicUsize,
}

impl Position {
    /// The next iteration gives the order of `epoch` from batch `batch` on.
    pub fn set(&self, epoch: usize, batch: usize) {
        self.epoch.store(epoch, Ordering::Relaxed);
        self.batch.store(batch, Ordering::Relaxed);
    }
}

/// Order of the images in an epoch.
#[derive(Clone)]
pub enum Order {
    /// As in the split.
    Fixed,
    /// Shuffled anew in each epoch.
    Shuffled { seed: u64, position: Arc<Position> },
}

/// Burn's data loader over a [`Split`].
#[derive(Clone)]
pub struct BatchLoader {
    split: Split,
    batch_size: usize,
    order: Order,
    device: Device,
}

impl BatchLoader {
    pub fn new(split: Split, batch_size: usize, order: Order, device: &Device) -> Self {
        Self {
            split,
            batch_size,
            order,
            device: device.clone(),
        }
    }

    /// The order of the next iteration, and how many images of it are done already.
    fn indices(&self) -> (Vec<usize>, usize) {
        let mut indices: Vec<usize> = (0..self.split.len()).collect();
        match &self.order {
            Order::Fixed => (indices, 0),
            Order::Shuffled { seed, position } => {
                let mut rng = ChaCha8Rng::seed_from_u64(*seed);
                rng.set_stream(position.epoch.load(Ordering::Relaxed) as u64);
                indices.shuffle(&mut rng);
                let done = position.batch.load(Ordering::Relaxed) * self.batch_size;
                let done = done.min(indices.len());
                (indices, done)
            }
        }
    }
}

impl DataLoader<ImageBatch> for BatchLoader {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<ImageBatch> + 'a> {
        let (indices, done) = self.indices();
        Box::new(Batches {
            loader: self,
            indices,
            done,
        })
    }

    fn num_items(&self) -> usize {
        self.split.len()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<ImageBatch>> {
        Arc::new(Self {
            device: device.clone(),
            ..self.clone()
        })
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<ImageBatch>> {
        Arc::new(Self {
            split: self.split.slice(start..end),
            ..self.clone()
        })
    }
}

struct Batches<'a> {
    loader: &'a BatchLoader,
    indices: Vec<usize>,
    done: usize,
}

impl Iterator for Batches<'_> {
    type Item = Result<ImageBatch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = (self.done + self.loader.batch_size).min(self.indices.len());
        let indices = &self.indices[self.done..end];
        if indices.is_empty() {
            return None;
        }
        let batch = ImageBatch::read(&self.loader.split, indices, &self.loader.device);
        self.done = end;
        Some(batch.map_err(DatasetError::new))
    }
}

impl DataLoaderIterator<ImageBatch> for Batches<'_> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.indices.len(), Some("images".into()))
    }
}
