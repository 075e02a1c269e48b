//! Copies of images from one layout to another.

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::Geometry;
use crate::host::View;
use crate::uninit::UninitBuffer;

/// Copies rows `rows` of the padded image number `image`, channels-last, to the start of `out`.
pub fn pad_image(
    geometry: &Geometry,
    images: &View,
    image: usize,
    rows: Range<usize>,
    out: &mut [f32],
) {
    let [top, left, ..] = geometry.padding;
    let start = left * geometry.channels;
    let len = geometry.width * geometry.channels;
    for (row, out) in rows.zip(out.chunks_exact_mut(geometry.row_len)) {
        match row.checked_sub(top) {
            Some(y) if y < geometry.height => {
                out[..start].fill(0.0);
                images.copy_row(image, y, geometry.channels, &mut out[start..start + len]);
                out[start + len..].fill(0.0);
            }
            _ => out.fill(0.0),
        }
    }
}

/// Images `[pixels, channels]` as `[channels, pixels]`.
pub fn channels_first(images: &[f32], channels: usize, pixels: usize) -> Vec<f32> {
    let size = channels * pixels;
    let mut out = UninitBuffer::new(images.len());
    let mut rest = out.as_uninit();
    let work: Vec<_> = (images.chunks_exact(size))
        .map(|image| (rest.split_to(size), image))
        .collect();
    let min_len = (1usize << 15).div_ceil(size);
    (work.into_par_iter().with_min_len(min_len)).for_each(|(values, image)| {
        let values = values.zeroed();
        for (channel, values) in values.chunks_exact_mut(pixels).enumerate() {
            let channel = image[channel..].iter().step_by(channels);
            (values.iter_mut().zip(channel)).for_each(|(to, value)| *to = *value);
        }
    });
    out.into_vec()
}
