//! A short description of an image by which the checks find duplicates: a digest, a perceptual hash
//! and a thumbnail, small enough to keep for a million images.

use image::{GrayImage, Luma, imageops};
use sha2::{Digest, Sha256};

use crate::pixels::ImageShape;

/// Side of the thumbnail that decides whether two images show the same, in pixels.
const SIDE: u32 = 24;

/// Hamming distance up to which two perceptual hashes can be those of near duplicates.
pub const MAX_HASH_DISTANCE: u32 = 4;

/// Least correlation of the thumbnails of near duplicates. Photographs that are compressed, scaled
/// or brightened stay above it; handwritten digits of different writers hardly ever reach it.
const MIN_CORRELATION: f32 = 0.99;

/// Least standard deviation of a thumbnail, in grey levels, for a meaningful perceptual hash.
const MIN_DEVIATION: f32 = 2.0;

/// A short description of an image: enough to recognise it, little enough for a million of them.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// The first half of the SHA-256 of the 8-bit values.
    pub digest: [u8; 16],
    /// Difference hash: for each of 8x8 cells, whether it is darker than its right neighbour.
    pub hash: u64,
    /// `[SIDE, SIDE]` grey levels.
    thumbnail: [u8; (SIDE * SIDE) as usize],
    mean: f32,
    /// Square root of the sum of squared differences from the mean.
    norm: f32,
    /// Whether the image is smaller than a thumbnail.
    too_small: bool,
    /// Whether every channel has a single value.
    pub constant: bool,
    /// Mean grey level of the corners, which seldom belong to the object.
    pub background: f32,
}

impl Sketch {
    /// A sketch of an image, from the input of the network and from the same image without
    /// preparation: 8-bit values `[channels, height, width]`, `shape.len()` of each.
    ///
    /// Duplicates are found by the unprepared image, because preparation may make different
    /// photographs alike, e.g. by cutting out silhouettes.
    pub fn new(prepared: &[u8], unprepared: &[u8], shape: ImageShape) -> Self {
        let mut digest = [0; 16];
        digest.copy_from_slice(&Sha256::digest(unprepared)[..16]);
        let mut channels = prepared.chunks(shape.height * shape.width);
        let constant = channels.all(|channel| channel.iter().all(|value| *value == channel[0]));
        let background = corners(&grey(prepared, shape));
        let grey = grey(unprepared, shape);
        let mut thumbnail = [0; (SIDE * SIDE) as usize];
        thumbnail.copy_from_slice(imageops::thumbnail(&grey, SIDE, SIDE).as_raw());
        let mean =
            thumbnail.iter().map(|&value| f32::from(value)).sum::<f32>() / thumbnail.len() as f32;
        let squares = thumbnail
            .iter()
            .map(|&value| (f32::from(value) - mean).powi(2));
        Self {
            digest,
            hash: difference_hash(&grey),
            thumbnail,
            mean,
            norm: squares.sum::<f32>().sqrt(),
            constant,
            too_small: shape.height.min(shape.width) < SIDE as usize,
            background,
        }
    }

    /// Whether the image has enough detail to be compared by hash and thumbnail.
    pub fn has_detail(&self) -> bool {
        !self.too_small && self.norm >= MIN_DEVIATION * SIDE as f32
    }

    /// The Hamming distance of the hashes if the images are near duplicates: the same up to size,
    /// compression, brightness and contrast.
    ///
    /// `None` for all sketches whose projections [`cannot_correlate`].
    pub fn near_duplicate_distance(&self, other: &Self) -> Option<u32> {
        let bits = (self.hash ^ other.hash).count_ones();
        (bits <= MAX_HASH_DISTANCE && self.correlation(other) >= MIN_CORRELATION).then_some(bits)
    }

    /// The thumbnail, normalized to mean 0 and norm 1, projected onto the indicator vectors of 4x4
    /// blocks: the sum over each block, divided by the square root of its number of pixels.
    pub fn block_projection(&self) -> BlockProjection {
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

/// See [`Sketch::block_projection`].
pub type BlockProjection = [f32; 16];

/// Whether two thumbnails with these projections must have a correlation below the minimum. The
/// squared distance of the normalized thumbnails is `2 (1 - correlation)`, and a projection never
/// increases a distance.
pub fn cannot_correlate(one: &BlockProjection, other: &BlockProjection) -> bool {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f32>() > 2.0 * (1.0 - MIN_CORRELATION) + 1e-4
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

/// The difference hash of Neal Krawetz, "Kind of like that", The Hacker Factor Blog (2013).
fn difference_hash(grey: &GrayImage) -> u64 {
    let small = imageops::thumbnail(grey, 9, 8);
    let rows = small.as_raw().chunks(9);
    let darker = rows.flat_map(|row| row.windows(2).map(|pair| pair[0] < pair[1]));
    darker.fold(0, |bits, darker| bits << 1 | u64::from(darker))
}

/// Mean over a square in each corner, with an eighth of the shorter side.
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
