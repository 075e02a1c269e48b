//! The mean of each channel over height and width.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::from_channels_last;
use crate::host::{AxisOrder, HostTensor, View};
use crate::simd::arch;
use crate::uninit::UninitBuffer;

/// `[batch, channels]` from maps `[batch, channels, height, width]`.
///
/// `None` where they are no 32-bit floats in this process's memory, or empty.
pub fn global_average_pool<B: HostTensor>(maps: &FloatTensor<B>) -> Option<FloatTensor<B>> {
    let view = View::of::<B>(maps)?;
    let [batch, channels, height, width] = view.shape;
    if view.shape.contains(&0) {
        return None;
    }
    let arch = arch();
    let mut means = vec![0.0; batch * channels];
    (means.par_chunks_exact_mut(channels).enumerate()).for_each(|(image, means)| {
        let mut row = vec![0.0; width * channels];
        let mut sums = vec![0.0; channels];
        for y in 0..height {
            // A row by itself first: a sum over fewer values is more exact.
            let pixels = match view.row(image, y) {
                Some(pixels) => pixels,
                None => {
                    view.copy_row(image, y, channels, &mut row);
                    &row
                }
            };
            sums.fill(0.0);
            let sums = &mut sums;
            arch.dispatch(AddRow {
                pixels,
                sums,
                means,
            });
        }
        let count = (height * width) as f32;
        means.iter_mut().for_each(|mean| *mean /= count);
    });
    Some(B::from_vec(means, &[batch, channels], &maps.device()))
}

/// Adds the sum of `pixels` to `means`, by way of `sums`.
struct AddRow<'a> {
    pixels: &'a [f32],
    sums: &'a mut [f32],
    means: &'a mut [f32],
}

impl WithSimd for AddRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for pixel in self.pixels.chunks_exact(self.sums.len()) {
            for (sum, value) in self.sums.iter_mut().zip(pixel) {
                *sum += value;
            }
        }
        for (mean, sum) in self.means.iter_mut().zip(self.sums.iter()) {
            *mean += sum;
        }
    }
}

/// The gradient with respect to maps of this shape.
pub fn global_average_pool_backward<B: HostTensor>(
    shape: [usize; 4],
    gradient: &FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let [batch, channels, height, width] = shape;
    let values = AxisOrder::row_major(&[batch, channels]).values::<B>(gradient)?;
    let count = (height * width) as f32;
    let size = height * width * channels;
    let mut out = UninitBuffer::new(batch * size);
    let mut rest = out.as_uninit();
    let images: Vec<_> = (values.chunks_exact(channels))
        .map(|gradient| (gradient, rest.split_to(size)))
        .collect();
    images.into_par_iter().for_each(|(gradient, slice)| {
        let share: Vec<f32> = gradient.iter().map(|value| value / count).collect();
        for pixel in slice.zeroed().chunks_exact_mut(channels) {
            pixel.copy_from_slice(&share);
        }
    });
    let device = gradient.device();
    Some(from_channels_last::<B>(out.into_vec(), shape, &device))
}
