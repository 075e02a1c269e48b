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

use crate::augmentation::{Augmentation, Mix};
use crate::data::{DataError, Split};

/// Images with their classes.
#[derive(Debug, Clone)]
pub struct ImageBatch {
    /// `[batch, channels, height, width]`, values as [`Normalization`](super::Normalization) gives.
    pub images: Tensor<4>,
    /// `[batch]`, class indices; of a mixed image, that of the larger share.
    pub targets: Tensor<1, Int>,
    /// Where images are mixed.
    pub mixed: Option<MixedTargets>,
}

/// What is in mixed images besides their targets.
#[derive(Debug, Clone)]
pub struct MixedTargets {
    /// `[batch]`, class indices.
    pub others: Tensor<1, Int>,
    /// `[batch]`, shares of the others, from `0` to `0.5`.
    pub shares: Tensor<1>,
}

/// Values of an image that is worth a task of its own.
const LARGE: usize = 1 << 14;

/// Reads the image of an index: room for its pixels, and where its values go.
type ReadOne<'a> = dyn Fn(usize, &mut [u8], &mut [f32]) -> Result<(), DataError> + Sync + 'a;

impl MixedTargets {
    /// The same on a device that tracks no gradients.
    pub fn without_autodiff(self) -> Self {
        Self {
            others: self.others.without_autodiff(),
            shares: self.shares.without_autodiff(),
        }
    }
}

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

    /// The same, changed as `augmentation` does in `epoch`.
    ///
    /// # Errors
    /// An image can no longer be read.
    pub fn read_augmented(
        split: &Split,
        indices: &[usize],
        (augmentation, epoch): (&Augmentation, usize),
        device: &Device,
    ) -> Result<Self, DataError> {
        let shape = split.shape();
        let tables = split.normalization().tables();
        let change = |index: usize, pixels: &mut [u8]| {
            split.read(index, pixels)?;
            augmentation.apply(pixels, shape, epoch, index);
            Ok::<_, DataError>(())
        };
        if !augmentation.mixes() {
            let read = |index: usize, pixels: &mut [u8], values: &mut [f32]| {
                change(index, pixels)?;
                tables.apply(pixels, values);
                Ok(())
            };
            return Self::read_by(&read, split, indices, device);
        }
        let mut changed = vec![0; indices.len() * shape.len()];
        (changed.par_chunks_mut(shape.len()).zip(indices))
            .try_for_each(|(pixels, &index)| change(index, pixels))?;
        let of = |position: usize| &changed[position * shape.len()..][..shape.len()];
        let mixes: Vec<Option<Mix>> = (indices.iter().enumerate())
            .map(|(position, &index)| {
                augmentation.mix(shape, epoch, index, [position, indices.len()])
            })
            .collect();
        let read = |position: usize, pixels: &mut [u8], values: &mut [f32]| {
            pixels.copy_from_slice(of(position));
            if let Some(mix) = &mixes[position] {
                mix.apply(pixels, of(mix.partner), shape);
            }
            tables.apply(pixels, values);
            Ok(())
        };
        let positions: Vec<usize> = (0..indices.len()).collect();
        let images = Self::images_by(&read, split, &positions, device)?;
        let (mut targets, mut others, mut shares) = (Vec::new(), Vec::new(), Vec::new());
        for (&index, mix) in indices.iter().zip(&mixes) {
            let own = split.label(index) as i32;
            let (target, other, share) = match mix {
                None => (own, own, 0.0),
                Some(mix) => {
                    let partner = split.label(indices[mix.partner]) as i32;
                    match mix.share < 0.5 {
                        true => (partner, own, mix.share),
                        false => (own, partner, 1.0 - mix.share),
                    }
                }
            };
            targets.push(target);
            others.push(other);
            shares.push(share);
        }
        let count = targets.len();
        Ok(Self {
            images,
            targets: classes(targets, device),
            mixed: Some(MixedTargets {
                others: classes(others, device),
                shares: Tensor::from_data(TensorData::new(shares, [count]), device),
            }),
        })
    }

    fn read_by(
        read: &ReadOne,
        split: &Split,
        indices: &[usize],
        device: &Device,
    ) -> Result<Self, DataError> {
        let targets = indices.iter().map(|&i| split.label(i) as i32).collect();
        Ok(Self {
            images: Self::images_by(read, split, indices, device)?,
            targets: classes(targets, device),
            mixed: None,
        })
    }

    fn images_by(
        read: &ReadOne,
        split: &Split,
        indices: &[usize],
        device: &Device,
    ) -> Result<Tensor<4>, DataError> {
        let shape = split.shape();
        let mut values = vec![0f32; indices.len() * shape.len()];
        values
            .par_chunks_mut(shape.len())
            .zip(indices)
            .with_min_len(if shape.len() < LARGE { 16 } else { 1 })
            .try_for_each_init(
                || vec![0u8; shape.len()],
                |pixels, (values, &index)| read(index, pixels, values),
            )?;
        let dims = [indices.len(), shape.channels, shape.height, shape.width];
        Ok(Tensor::from_data(TensorData::new(values, dims), device))
    }
}

/// Class indices on the device, `[batch]`.
fn classes(indices: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = indices.len();
    Tensor::from_data(TensorData::new(indices, [count]), device)
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

    /// The same with images changed anew in each epoch of a shuffled order.
    pub fn augmented(self, augmentation: Option<Augmentation>) -> Self {
        Self {
            augmentation: augmentation.map(Arc::new),
            ..self
        }
    }

    /// The epoch of the next iteration; 0 in a fixed order, which has none.
    fn epoch(&self) -> usize {
        match &self.order {
            Order::Fixed => 0,
            Order::Shuffled { position, .. } => position.epoch.load(Ordering::Relaxed),
        }
    }

    /// The order of the next iteration, and how many images of it are done already.
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

#[cfg(test)]
mod tests;
