//! The change of the images of an augmented pass.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::data::ImageShape;

/// Mirrors an image, `[channels, height, width]`, left to right in every odd pass, and shifts it
/// by up to a sixteenth of each side, as `seed`, `pass` and `index` decide; what comes in is the
/// nearest pixel.
pub fn mirrored_and_shifted(
    pixels: &mut [u8],
    shape: ImageShape,
    seed: u64,
    pass: usize,
    index: usize,
) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((pass as u64) << 40) | index as u64);
    let mut by = |side: usize| {
        let most = (side / 16) as i32;
        rng.random_range(-most..=most) as isize
    };
    let (down, right) = (by(shape.height), by(shape.width));
    let from = |place: usize, by: isize, side: usize| {
        (place as isize - by).clamp(0, side as isize - 1) as usize
    };
    let area = shape.height * shape.width;
    for channel in pixels.chunks_mut(area) {
        let before = channel.to_vec();
        for y in 0..shape.height {
            let row = from(y, down, shape.height) * shape.width;
            for x in 0..shape.width {
                let x_before = from(x, right, shape.width);
                let x_before = match pass % 2 {
                    1 => shape.width - 1 - x_before,
                    _ => x_before,
                };
                channel[y * shape.width + x] = before[row + x_before];
            }
        }
    }
}
