//! What the checks keep of an image: enough to know it again, little enough for a million of them.

use image::imageops::thumbnail;
use image::{GrayImage, Luma};
use sha2::{Digest, Sha256};

use crate::pixels::ImageShape;

/// Side of the thumbnail that decides whether two images show the same, in pixels.
const SIDE: u32 = 24;

/// Bits of the perceptual hash that may differ between images taken to be nearly the same.
pub const MOST_BITS: u32 = 4;

/// Least correlation of their thumbnails: photographs that are compressed, scaled or lit in another
/// way stay above it, and so do next to no two handwritten digits of different writers.
const LEAST_CORRELATION: f32 = 0.99;

/// Least standard deviation of a thumbnail, in grey levels, of which a hash means anything.
const LEAST_DEVIATION: f32 = 2.0;

/// An image in brief.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// The first half of the SHA-256 of the 8-bit values.
    pub digest: [u8; 16],
    /// Difference hash: whether each of 8x8 cells is darker than its right neighbour.
    pub hash: u64,
    /// `[SIDE, SIDE]` grey levels.
    thumbnail: [u8; (SIDE * SIDE) as usize],
    mean: f32,
    /// Square root of the sum of squared differences from the mean.
    norm: f32,
    /// Whether the image has fewer pixels than its thumbnail.
    too_small: bool,
    /// Whether all values are the same, channel by channel.
    pub constant: bool,
    /// Mean grey level of the corners, which the object of a picture seldom reaches.
    pub background: f32,
}

impl Sketch {
    /// Of what the network gets, and of the same image without preparation: 8-bit values
    /// `[channels, height, width]`, `shape.len()` of each.
    ///
    /// The latter tells whether two images are the same: outlines that were cut out are alike
    /// where the photographs are not.
    pub fn new(prepared: &[u8], unprepared: &[u8], shape: ImageShape) -> Self {
        let mut digest = [0; 16];
        digest.copy_from_slice(&Sha256::digest(unprepared)[..16]);
        let mut channels = prepared.chunks(shape.height * shape.width);
        let constant = channels.all(|channel| channel.iter().all(|value| *value == channel[0]));
        let background = corners(&grey(prepared, shape));
        let grey = grey(unprepared, shape);
        let small = thumbnail(&grey, SIDE, SIDE);
        let mut kept = [0; (SIDE * SIDE) as usize];
        kept.copy_from_slice(small.as_raw());
        let mean = kept.iter().map(|&value| f32::from(value)).sum::<f32>() / kept.len() as f32;
        let squares = kept.iter().map(|&value| (f32::from(value) - mean).powi(2));
        Self {
            digest,
            hash: difference_hash(&grey),
            thumbnail: kept,
            mean,
            norm: squares.sum::<f32>().sqrt(),
            constant,
            too_small: shape.height.min(shape.width) < SIDE as usize,
            background,
        }
    }

    /// Whether there is enough in the image to know it by more than its values.
    pub fn is_telling(&self) -> bool {
        !self.too_small && self.norm >= LEAST_DEVIATION * SIDE as f32
    }

    /// Bits of the hashes that differ, where the two images look the same up to size, compression,
    /// brightness and contrast.
    ///
    /// Two sketches whose [`outline`](Self::outline)s are [`apart`] need not be asked.
    pub fn nearness(&self, other: &Self) -> Option<u32> {
        let bits = (self.hash ^ other.hash).count_ones();
        (bits <= MOST_BITS && self.correlation(other) >= LEAST_CORRELATION).then_some(bits)
    }

    /// Sums over 4x4 blocks of the thumbnail once its mean is 0 and its norm 1, divided by the root
    /// of the block's values: what is left of the thumbnail as a vector when it is projected onto
    /// the blocks.
    pub fn outline(&self) -> Outline {
        const BLOCK: usize = SIDE as usize / 4;
        let mut sums = [0.0; 16];
        for (at, &value) in self.thumbnail.iter().enumerate() {
            let (y, x) = (at / SIDE as usize, at % SIDE as usize);
            sums[y / BLOCK * 4 + x / BLOCK] += f32::from(value) - self.mean;
        }
        sums.map(|sum| sum / (self.norm.max(f32::MIN_POSITIVE) * BLOCK as f32))
    }

    fn correlation(&self, other: &Self) -> f32 {
        let products = self.thumbnail.iter().zip(&other.thumbnail);
        let sum: u32 = products.map(|(&a, &b)| u32::from(a) * u32::from(b)).sum();
        let means = self.mean * other.mean * self.thumbnail.len() as f32;
        (sum as f32 - means) / (self.norm * other.norm).max(f32::MIN_POSITIVE)
    }
}

/// See [`Sketch::outline`].
pub type Outline = [f32; 16];

/// Whether the thumbnails behind two outlines cannot be alike. Their squared distance is twice
/// what their correlation lacks to 1, and no projection is longer than what is projected.
pub fn apart(one: &Outline, other: &Outline) -> bool {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f32>() > 2.0 * (1.0 - LEAST_CORRELATION) + 1e-4
}

fn grey(pixels: &[u8], shape: ImageShape) -> GrayImage {
    let area = shape.height * shape.width;
    let (width, height) = (shape.width as u32, shape.height as u32);
    let mut values = pixels[..area].to_vec();
    if shape.channels == 3 {
        let (green, blue) = (&pixels[area..2 * area], &pixels[2 * area..]);
        for (value, (&green, &blue)) in values.iter_mut().zip(green.iter().zip(blue)) {
            // The luma of Rec. 709 in 256ths.
            let sum = 54 * u32::from(*value) + 183 * u32::from(green) + 19 * u32::from(blue);
            *value = (sum >> 8) as u8;
        }
    }
    GrayImage::from_raw(width, height, values).unwrap_or_else(|| GrayImage::new(width, height))
}

/// Neal Krawetz, "Kind of like that", The Hacker Factor Blog (2013).
fn difference_hash(grey: &GrayImage) -> u64 {
    let small = thumbnail(grey, 9, 8);
    let rows = small.as_raw().chunks(9);
    let darker = rows.flat_map(|row| row.windows(2).map(|pair| pair[0] < pair[1]));
    darker.fold(0, |bits, darker| bits << 1 | u64::from(darker))
}

/// Mean over four squares with an eighth of the shorter side.
fn corners(grey: &GrayImage) -> f32 {
    let (width, height) = grey.dimensions();
    let side = (width.min(height) / 8).max(1);
    let places = |length: u32| (0..side).chain(length - side..length);
    let values = places(height).flat_map(|y| places(width).map(move |x| (x, y)));
    let sum: u32 = (values.map(|(x, y)| {
        let Luma([value]) = grey.get_pixel(x, y);
        u32::from(*value)
    }))
    .sum();
    sum as f32 / (4 * side * side) as f32
}
