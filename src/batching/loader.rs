//! A data loader for Burn's training loop, whose order depends on seed and epoch only.
//!
//! Burn's own loader shuffles with a generator whose state continues from epoch to epoch, so that a
//! resumed training would see other batches than an uninterrupted one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::image_batch::ImageBatch;
use crate::augmentation::Augmentation;
use crate::data::Split;

/// Progress of a training: the epoch whose order is next, and the number of its batches to skip.
#[derive(Debug, Default)]
pub struct Position {
    epoch: AtomicUsize,
    batch: AtomicUsize,
}

impl Position {
    /// The next iteration starts at batch `batch` of `epoch`.
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
    /// Shuffled differently in each epoch.
    Shuffled { seed: u64, position: Arc<Position> },
}

/// Burn's data loader over a [`Split`].
#[derive(Clone)]
pub struct BatchLoader {
    split: Split,
    batch_size: usize,
    order: Order,
    device: Device,
    augmentation: Option<Arc<Augmentation>>,
}

impl BatchLoader {
    pub fn new(split: Split, batch_size: usize, order: Order, device: &Device) -> Self {
        Self {
            split,
            batch_size,
            order,
            device: device.clone(),
            augmentation: None,
        }
    }

    /// The same loader, with images augmented differently in each epoch of a shuffled order.
    pub fn augmented(self, augmentation: Option<Augmentation>) -> Self {
        Self {
            augmentation: augmentation.map(Arc::new),
            ..self
        }
    }

    /// The epoch of the next iteration; 0 for a fixed order, which has no epochs.
    fn epoch(&self) -> usize {
        match &self.order {
            Order::Fixed => 0,
            Order::Shuffled { position, .. } => position.epoch.load(Ordering::Relaxed),
        }
    }

    /// The order of the next iteration, and how many of its images to skip.
    fn indices(&self) -> (Vec<usize>, usize) {
        let mut indices: Vec<usize> = (0..self.split.len()).collect();
        match &self.order {
            Order::Fixed => (indices, 0),
            Order::Shuffled { seed, position } => {
                let mut rng = ChaCha8Rng::seed_from_u64(*seed);
                rng.set_stream(self.epoch() as u64);
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
            epoch: self.epoch(),
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
    epoch: usize,
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
        let BatchLoader { split, device, .. } = self.loader;
        let batch = match &self.loader.augmentation {
            None => ImageBatch::read(split, indices, device),
            Some(augmentation) => {
                ImageBatch::read_augmented(split, indices, (augmentation, self.epoch), device)
            }
        };
        self.done = end;
        Some(batch.map_err(DatasetError::new))
    }
}

impl DataLoaderIterator<ImageBatch> for Batches<'_> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.indices.len(), Some("images".into()))
    }
}
