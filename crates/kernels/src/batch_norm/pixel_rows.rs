//! How batch norm walks over its values.

use crate::simd::MAX_LANES;

/// Values of a block, about: it stays in the second-level cache while it is read twice.
const BLOCK: usize = 1 << 15;

/// `[pixels, channels]` seen as rows of one pixel or of several, so that a row is whole vectors.
#[derive(Clone, Copy)]
pub struct PixelRows {
    pub channels: usize,
    /// Values of a row, a multiple of the channels.
    pub width: usize,
}

impl PixelRows {
    /// Rows for pixels of so many channels.
    pub fn of(channels: usize) -> Self {
        let pixels = (1..=MAX_LANES).find(|n| (n * channels).is_multiple_of(MAX_LANES));
        Self {
            channels,
            width: channels * pixels.unwrap_or(1),
        }
    }

    /// Values of the block that a thread works on at once: whole rows. Blocks do not depend on the
    /// number of threads.
    pub fn block_len(self) -> usize {
        (BLOCK / self.width).max(1) * self.width
    }

    /// Repeats one value per channel for every pixel of a row.
    pub fn per_pixel(self, values: &[f32]) -> Vec<f32> {
        values.repeat(self.width / self.channels)
    }

    /// Adds up the columns of a row that belong to the same channel.
    pub fn per_channel(self, row: &[f32]) -> Vec<f32> {
        let mut sums = vec![0.0; self.channels];
        for pixel in row.chunks_exact(self.channels) {
            (sums.iter_mut().zip(pixel)).for_each(|(sum, value)| *sum += value);
        }
        sums
    }
}
