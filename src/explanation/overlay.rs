use image::{Rgb, RgbImage};

use super::deletion_insertion::DeletionInsertion;
use super::importance::Importance;
use crate::drawing::{Tile, photo, rows};
use crate::pixels::ImageShape;

/// Longer side of an image in an overview, in pixels.
const SIDE: usize = 224;

/// An image in grey under an importance map in the colours of inferno, the most important pixel
/// brightest; importance below zero counts as zero. The result is about `side` pixels long.
///
/// `pixels`: `[channels, height, width]`; `values`: `[height, width]`
pub fn overlay(pixels: &[u8], input: ImageShape, values: &[f32], side: usize) -> RgbImage {
    let mut picture = photo(pixels, input.channels, input.width, side);
    let zoom = picture.width() as usize / input.width;
    let largest = values
        .iter()
        .fold(0f32, |largest, &value| largest.max(value));
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let at = (y as usize / zoom) * input.width + x as usize / zoom;
        let value = if largest > 0.0 {
            values[at] / largest
        } else {
            0.0
        };
        let hot = colorous::INFERNO.eval_continuous(f64::from(value).clamp(0.0, 1.0));
        let mix = |grey: u8, hot: u8| ((2 * u16::from(grey) + 3 * u16::from(hot)) / 5) as u8;
        let grey = pixel.0.map(u16::from).iter().sum::<u16>() / 3;
        *pixel = Rgb([hot.r, hot.g, hot.b].map(|hot| mix(grey as u8, hot)));
    }
    picture
}

/// An image and its importance maps side by side, each with its deletion and insertion score.
pub fn overview(
    title: &str,
    pixels: &[u8],
    input: ImageShape,
    maps: &[(Importance, DeletionInsertion)],
) -> RgbImage {
    let mut tiles = vec![Tile {
        picture: photo(pixels, input.channels, input.width, SIDE),
        caption: "image".into(),
    }];
    tiles.extend(maps.iter().map(|(map, areas)| Tile {
        picture: overlay(pixels, input, &map.values, SIDE),
        caption: format!("{} {:.2}", map.method, areas.score()),
    }));
    rows(title, &[(Vec::new(), tiles)])
}
