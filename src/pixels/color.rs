//! Grey and RGB, transparency, and the memory layout of the channels.

use image::{DynamicImage, GrayImage, RgbImage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shape::ImageShape;

/// The colours that an image is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColorMode {
    /// One channel, luma after Rec. 709 (0.2126 R + 0.7152 G + 0.0722 B).
    Grey,
    /// Three channels; grey is repeated.
    Rgb,
}

impl ColorMode {
    /// Number of channels, 1 or 3.
    pub const fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// `image` in `color`, without transparency.
pub fn to_color(image: DynamicImage, color: ColorMode) -> DynamicImage {
    let image = over_black(image);
    match color {
        ColorMode::Grey => DynamicImage::ImageLuma8(image.into_luma8()),
        ColorMode::Rgb => DynamicImage::ImageRgb8(image.into_rgb8()),
    }
}

/// A transparent image composited over black; any other image unchanged.
pub fn over_black(image: DynamicImage) -> DynamicImage {
    if !image.has_alpha() {
        return image;
    }
    let over = |value: u8, alpha: u8| ((u16::from(value) * u16::from(alpha) + 127) / 255) as u8;
    if !image.color().has_color() {
        let image = image.into_luma_alpha8();
        let (width, height) = image.dimensions();
        return DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, |x, y| {
            let [value, alpha] = image.get_pixel(x, y).0;
            [over(value, alpha)].into()
        }));
    }
    let image = image.into_rgba8();
    let (width, height) = image.dimensions();
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let [rgb @ .., alpha] = image.get_pixel(x, y).0;
        rgb.map(|value| over(value, alpha)).into()
    }))
}

/// `[height, width, channels]` to `[channels, height, width]`.
pub fn planes(image: DynamicImage, color: ColorMode) -> Vec<u8> {
    let interleaved = image.into_bytes();
    let channels = color.channels();
    if channels == 1 {
        return interleaved;
    }
    let mut planes = Vec::with_capacity(interleaved.len());
    for channel in 0..channels {
        planes.extend(interleaved.iter().skip(channel).step_by(channels));
    }
    planes
}

/// An image from `[channels, height, width]`, one or three channels as `shape` says.
pub fn from_planes(pixels: &[u8], shape: ImageShape) -> DynamicImage {
    let (width, height) = (shape.width as u32, shape.height as u32);
    let area = shape.height * shape.width;
    let at = |x: u32, y: u32| y as usize * shape.width + x as usize;
    match shape.channels {
        1 => DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, |x, y| {
            [pixels[at(x, y)]].into()
        })),
        _ => DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            [0, 1, 2]
                .map(|channel| pixels[channel * area + at(x, y)])
                .into()
        })),
    }
}
