//! Images as the kernels read them, whatever their order in memory.

use std::borrow::Cow;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;

use super::tensor::{HostTensor, strided_values};

/// The values of images or feature maps, and where each lies.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub values: Cow<'a, [f32]>,
    /// Of each axis, in values.
    pub strides: [usize; 4],
    /// `[batch, channels, height, width]`
    pub shape: [usize; 4],
}

impl<'a> View<'a> {
    /// The view of a tensor of rank 4; `None` where it has another rank, or values that are not
    /// 32-bit floats in this process's memory.
    pub fn of<B: HostTensor>(tensor: &'a FloatTensor<B>) -> Option<Self> {
        let (values, strides) = strided_values::<B>(tensor)?;
        Some(Self {
            values,
            strides: strides.try_into().ok()?,
            shape: tensor.shape().to_vec().try_into().ok()?,
        })
    }

    /// Where the first channel of a pixel lies.
    pub fn at(&self, image: usize, y: usize, x: usize) -> usize {
        let [along_images, _, along_height, along_width] = self.strides;
        image * along_images + y * along_height + x * along_width
    }

    /// Row `y` of an image, `[width, channels]`, where it lies in memory so.
    pub fn row(&self, image: usize, y: usize) -> Option<&[f32]> {
        let [_, channels, _, width] = self.shape;
        let [_, along_channels, _, along_width] = self.strides;
        let fits =
            (along_channels == 1 || channels == 1) && (along_width == channels || width == 1);
        fits.then(|| &self.values[self.at(image, y, 0)..][..width * channels])
    }

    /// Copies row `y` of an image to `out`, `[width, channels]` with pixels `step` values apart.
    pub fn copy_row(&self, image: usize, y: usize, step: usize, out: &mut [f32]) {
        let [_, channels, _, width] = self.shape;
        let [along_images, along_channels, along_height, along_width] = self.strides;
        let start = image * along_images + y * along_height;
        if let Some(row) = self.row(image, y) {
            if step == channels {
                out[..row.len()].copy_from_slice(row);
            } else {
                for (out, pixel) in out.chunks_mut(step).zip(row.chunks_exact(channels)) {
                    out[..channels].copy_from_slice(pixel);
                }
            }
            return;
        }
        let row = &self.values[start..];
        let whole = match along_width {
            1 => transpose_tiles(row, along_channels, [channels, width], step, out),
            _ => [0, 0],
        };
        // Pixel after pixel: the values written lie in order, and the cache lines read still lie
        // in the cache when the next pixel needs their next values.
        for (x, out) in out.chunks_mut(step).take(width).enumerate() {
            let first = x * along_width;
            if along_channels == 0 {
                out[..channels].fill(row[first]);
                continue;
            }
            let done = if x < whole[1] { whole[0] } else { 0 };
            for (channel, out) in (done..).zip(&mut out[done..channels]) {
                *out = row[first + channel * along_channels];
            }
        }
    }
}

/// Side of the tiles of a transposition; the compiler keeps this many rows in registers.
const TILE: usize = 4;

/// Transposes `row`, `[channels, width]` with channels `along_channels` apart, to `out`,
/// `[width, channels]` with pixels `step` apart, as far as whole tiles go. Returns the number of
/// channels and columns done.
fn transpose_tiles(
    row: &[f32],
    along_channels: usize,
    size: [usize; 2],
    step: usize,
    out: &mut [f32],
) -> [usize; 2] {
    let [channels, width] = size.map(|size| size / TILE * TILE);
    if along_channels == 0 {
        return [0, 0];
    }
    for x in (0..width).step_by(TILE) {
        for channel in (0..channels).step_by(TILE) {
            let line = |number: usize| {
                let from = (channel + number) * along_channels + x;
                let line: &[f32] = &row[from..from + TILE];
                [line[0], line[1], line[2], line[3]]
            };
            let [a, b, c, d] = [line(0), line(1), line(2), line(3)];
            for column in 0..TILE {
                let to = (x + column) * step + channel;
                out[to..to + TILE].copy_from_slice(&[a[column], b[column], c[column], d[column]]);
            }
        }
    }
    [channels, width]
}
