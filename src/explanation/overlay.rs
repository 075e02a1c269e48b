use image::{Rgb, RgbImage};

use super::{Curves, Importance};
use crate::inspection::{Tile, photo, rows};
use crate::pixels::ImageShape;

/// Side of an image, in pixels.
const SIDE: usize = 224;

/// An image with a map laid over it: the more important, the brighter in the colours of inferno;
/// what speaks against the class counts as nothing.
pub fn overlay(pixels: &[u8], input: ImageShape, values: &[f32], side: usize) -> RgbImage {
    let mut picture = photo(pixels, input.channels, input.width, side);
    let zoom = picture.width() as usize / input.width;
    let most = values.iter().fold(0f32, |most, &value| most.max(value));
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let at = (y as usize / zoom) * input.width + x as usize / zoom;
        let value = if most > 0.0 { values[at] / most } else { 0.0 };
        let hot = colorous::INFERNO.eval_continuous(f64::from(value).clamp(0.0, 1.0));
        let mix = |grey: u8, hot: u8| ((2 * u16::from(grey) + 3 * u16::from(hot)) / 5) as u8;
        let grey = pixel.0.map(u16::from).iter().sum::<u16>() / 3;
        *pixel = Rgb([hot.r, hot.g, hot.b].map(|hot| mix(grey as u8, hot)));
    }
    picture
}

/// The image and the maps of all methods side by side.
pub fn overview(
    title: &str,
    pixels: &[u8],
    input: ImageShape,
    maps: &[(Importance, Curves)],
) -> RgbImage {
    let mut tiles = vec![Tile {
        picture: photo(pixels, input.channels, input.width, SIDE),
        caption: "image".into(),
    }];
    tiles.extend(maps.iter().map(|(map, curves)| Tile {
        picture: overlay(pixels, input, &map.values, SIDE),
        caption: format!("{} {:.2}", map.method, curves.score()),
    }));
    rows(title, &[(Vec::new(), tiles)])
}
