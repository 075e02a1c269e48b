//! Reads batches of images to a device, augmented and mixed if requested.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rayon::prelude::*;

use crate::augmentation::{Augmentation, Mix};
use crate::data::{DataError, Split};

/// A batch of images with their targets.
#[derive(Debug, Clone)]
pub struct ImageBatch {
    /// `[batch, channels, height, width]`, normalized by [`Normalization`](crate::data::Normalization).
    pub images: Tensor<4>,
    /// `[batch]`, class indices; for a mixed image, the class with the larger share.
    pub targets: Tensor<1, Int>,
    /// The other classes, if images are mixed.
    pub mixed: Option<MixedTargets>,
}

/// The second classes in mixed images.
#[derive(Debug, Clone)]
pub struct MixedTargets {
    /// `[batch]`, class indices.
    pub others: Tensor<1, Int>,
    /// `[batch]`, shares of these classes, from `0` to `0.5`.
    pub shares: Tensor<1>,
}

/// Number of values from which on an image is read as a parallel task of its own.
const LARGE: usize = 1 << 14;

/// Reads the image of an index: a buffer for its pixels, and the output for its values.
type ReadOne<'a> = dyn Fn(usize, &mut [u8], &mut [f32]) -> Result<(), DataError> + Sync + 'a;

impl MixedTargets {
    /// The same tensors without autodiff.
    pub fn without_autodiff(self) -> Self {
        Self {
            others: self.others.without_autodiff(),
            shares: self.shares.without_autodiff(),
        }
    }
}

/// Reads an image by its index, changed as for training, into room for its 8-bit values.
type ReadChanged<'a> = dyn Fn(usize, &mut [u8]) -> Result<(), DataError> + Sync + 'a;

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

    /// Reads the images at `indices` of `split`, augmented as in `epoch`.
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
        Self::read_mixed(&change, split, indices, (augmentation, epoch), device)
    }

    /// Reads changed images, then mixes pairs of them and their targets.
    fn read_mixed(
        change: &ReadChanged,
        split: &Split,
        indices: &[usize],
        (augmentation, epoch): (&Augmentation, usize),
        device: &Device,
    ) -> Result<Self, DataError> {
        let shape = split.shape();
        let tables = split.normalization().tables();
        let mut changed = vec![0; indices.len() * shape.len()];
        (changed.par_chunks_mut(shape.len()).zip(indices))
            .try_for_each(|(pixels, &index)| change(index, pixels))?;
        let image = |position: usize| &changed[position * shape.len()..][..shape.len()];
        let mixes: Vec<Option<Mix>> = (indices.iter().enumerate())
            .map(|(position, &index)| {
                augmentation.mix(shape, epoch, index, [position, indices.len()])
            })
            .collect();
        let read = |position: usize, pixels: &mut [u8], values: &mut [f32]| {
            pixels.copy_from_slice(image(position));
            if let Some(mix) = &mixes[position] {
                mix.apply(pixels, image(mix.partner), shape);
            }
            tables.apply(pixels, values);
            Ok(())
        };
        let positions: Vec<usize> = (0..indices.len()).collect();
        let images = Self::images_by(&read, split, &positions, device)?;
        let (targets, mixed) = mixed_targets(split, indices, &mixes, device);
        Ok(Self {
            images,
            targets,
            mixed: Some(mixed),
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
        Ok(kernels::from_values(values, dims, device))
    }
}

/// The classes of mixed images, that with the larger share first.
fn mixed_targets(
    split: &Split,
    indices: &[usize],
    mixes: &[Option<Mix>],
    device: &Device,
) -> (Tensor<1, Int>, MixedTargets) {
    let (mut targets, mut others, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for (&index, mix) in indices.iter().zip(mixes) {
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
    let mixed = MixedTargets {
        others: classes(others, device),
        shares: Tensor::from_data(TensorData::new(shares, [count]), device),
    };
    (classes(targets, device), mixed)
}

/// Class indices on the device, `[batch]`.
fn classes(indices: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = indices.len();
    Tensor::from_data(TensorData::new(indices, [count]), device)
}

#[cfg(test)]
mod tests;
