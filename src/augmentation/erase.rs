//! Random erasing (Zhong et al. 2020, arXiv 1708.04896). As in torchvision, the ratio is drawn on a
//! logarithmic scale, so that tall and wide rectangles are equally likely.

use std::ops::Range;

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use super::config::{EraseValue, Erasing};
use crate::pixels::ImageShape;

/// How many rectangles are drawn until one fits; after that the image stays as it is.
const ATTEMPTS: usize = 10;

/// Fills a rectangle of `pixels`, 8-bit values `[channels, height, width]`, with the probability that
/// `erasing` gives.
pub fn erase(pixels: &mut [u8], shape: ImageShape, erasing: &Erasing, rng: &mut ChaCha8Rng) {
    if !rng.random_bool(erasing.probability) {
        return;
    }
    let Some([rows, columns]) = (0..ATTEMPTS).find_map(|_| rectangle(shape, erasing, rng)) else {
        return;
    };
    for plane in pixels.chunks_mut(shape.height * shape.width) {
        for row in plane
            .chunks_mut(shape.width)
            .skip(rows.start)
            .take(rows.len())
        {
            let part = &mut row[columns.clone()];
            match erasing.value {
                EraseValue::Random => rng.fill_bytes(part),
                EraseValue::Level(level) => part.fill(level),
            }
        }
    }
}

/// Rows and columns of a rectangle; `None` where the one drawn does not fit.
fn rectangle(
    shape: ImageShape,
    erasing: &Erasing,
    rng: &mut ChaCha8Rng,
) -> Option<[Range<usize>; 2]> {
    let [least, most] = erasing.area;
    let area = rng.random_range(least..=most) * (shape.height * shape.width) as f64;
    let [least, most] = erasing.ratio.map(f64::ln);
    let ratio = rng.random_range(least..=most).exp();
    let height = (area * ratio).sqrt().round() as usize;
    let width = (area / ratio).sqrt().round() as usize;
    if !(1..=shape.height).contains(&height) || !(1..=shape.width).contains(&width) {
        return None;
    }
    let top = rng.random_range(0..=shape.height - height);
    let left = rng.random_range(0..=shape.width - width);
    Some([top..top + height, left..left + width])
}
