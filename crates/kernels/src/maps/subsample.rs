//! Every n-th pixel, and channels of zeros.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use super::from_channels_last;
use crate::host::{HostTensor, View};
use crate::spec::Subsample;
use crate::uninit::UninitBuffer;

/// See [`subsample()`](crate::subsample()).
///
/// `None` where the maps are no 32-bit floats in this process's memory, or empty.
pub fn subsample<B: HostTensor>(
    maps: &FloatTensor<B>,
    subsample: Subsample,
) -> Option<FloatTensor<B>> {
    let view = View::of::<B>(maps)?;
    if view.shape.contains(&0) || subsample.stride == 0 {
        return None;
    }
    let shape = subsample.output_shape(view.shape);
    let [batch, wide, height, width] = shape;
    let [_, channels, ..] = view.shape;
    let [_, along_channels, ..] = view.strides;
    let row = width * wide;
    let mut out = UninitBuffer::new(batch * height * row);
    let mut rest = out.as_uninit();
    let rows: Vec<_> = (0..batch * height)
        .map(|number| (number, rest.split_to(row)))
        .collect();
    let rows = rows.into_par_iter().with_min_len(SHARE.div_ceil(row));
    rows.for_each(|(number, slice)| {
        let (image, y) = (number / height, number % height * subsample.stride);
        for (x, pixel) in slice.zeroed().chunks_exact_mut(wide).enumerate() {
            let from = &view.values[view.at(image, y, x * subsample.stride)..];
            let to = &mut pixel[subsample.zeros[0]..][..channels];
            match along_channels {
                0 => to.fill(from[0]),
                1 => to.copy_from_slice(&from[..channels]),
                step => (to.iter_mut().zip(from.iter().step_by(step)))
                    .for_each(|(to, value)| *to = *value),
            }
        }
    });
    Some(from_channels_last::<B>(
        out.into_vec(),
        shape,
        &maps.device(),
    ))
}

/// Values that a thread copies at once, about.
const SHARE: usize = 1 << 15;

/// The gradient with respect to maps of this shape.
pub fn subsample_backward<B: HostTensor>(
    shape: [usize; 4],
    subsample: Subsample,
    gradient: &FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let [batch, channels, height, width] = shape;
    let view = View::of::<B>(gradient)?;
    let [before, _] = subsample.zeros;
    let [_, along_channels, ..] = view.strides;
    let row = width * channels;
    let mut out = UninitBuffer::new(batch * height * row);
    let mut rest = out.as_uninit();
    let rows: Vec<_> = (0..batch * height)
        .map(|number| (number, rest.split_to(row)))
        .collect();
    let rows = rows.into_par_iter().with_min_len(SHARE.div_ceil(row));
    rows.for_each(|(number, slice)| {
        let (image, y) = (number / height, number % height);
        let pixels = slice.zeroed().chunks_exact_mut(channels);
        if !y.is_multiple_of(subsample.stride) {
            return;
        }
        for (x, pixel) in pixels.step_by(subsample.stride).enumerate() {
            let start = view.at(image, y / subsample.stride, x) + before * along_channels;
            let from = &view.values[start..];
            match along_channels {
                0 => pixel.fill(from[0]),
                1 => pixel.copy_from_slice(&from[..channels]),
                step => (pixel.iter_mut().zip(from.iter().step_by(step)))
                    .for_each(|(to, value)| *to = *value),
            }
        }
    });
    let device = gradient.device();
    Some(from_channels_last::<B>(out.into_vec(), shape, &device))
}
