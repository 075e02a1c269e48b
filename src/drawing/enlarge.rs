//! Images and maps enlarged by whole factors, so that each pixel becomes a square.

use image::{Rgb, RgbImage};

/// A map in the colours of viridis, enlarged to about `side` pixels along its longer side.
///
/// `values`: `[height, width]`; `low` gets the darkest colour and `high` the brightest.
pub fn heat_map(values: &[f32], width: usize, [low, high]: [f32; 2], side: usize) -> RgbImage {
    let height = values.len() / width.max(1);
    let zoom = zoom(height.max(width), side);
    let range = if high > low { high - low } else { 1.0 };
    RgbImage::from_fn((width * zoom) as u32, (height * zoom) as u32, |x, y| {
        let value = values[(y as usize / zoom) * width + x as usize / zoom];
        let color =
            colorous::VIRIDIS.eval_continuous(f64::from((value - low) / range).clamp(0.0, 1.0));
        Rgb([color.r, color.g, color.b])
    })
}

/// An image enlarged to about `side` pixels along its longer side.
///
/// `pixels`: `[channels, height, width]`, one channel (grey) or three (RGB)
pub fn photo(pixels: &[u8], channels: usize, width: usize, side: usize) -> RgbImage {
    let area = pixels.len() / channels.max(1);
    let height = area / width.max(1);
    let zoom = zoom(height.max(width), side);
    RgbImage::from_fn((width * zoom) as u32, (height * zoom) as u32, |x, y| {
        let at = (y as usize / zoom) * width + x as usize / zoom;
        Rgb([0, 1, 2].map(|channel: usize| pixels[channel.min(channels - 1) * area + at]))
    })
}

fn zoom(longest: usize, side: usize) -> usize {
    (side / longest.max(1)).max(1)
}
