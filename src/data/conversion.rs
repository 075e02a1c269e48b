//! From a decoded image to what a network takes: prepared, in its colours and size, one plane per
//! channel.

use image::{DynamicImage, GrayImage, RgbImage};

use super::resize::to_size;
use super::{ColorMode, ImageOptions, ImageShape};

/// The 8-bit values of `image`, `[channels, height, width]` of `options`.
pub(super) fn converted(mut image: DynamicImage, options: &ImageOptions) -> Vec<u8> {
    if options.invert {
        image = over_black(image);
        image.invert();
    }
    if !options.preparation.is_empty() {
        if options.sized_before {
            image = sized(image, options);
        }
        image = options.preparation.run(image.into()).into();
    }
    planes(sized(image, options), options.color)
}

fn sized(image: DynamicImage, options: &ImageOptions) -> DynamicImage {
    let (height, width) = (options.height as u32, options.width as u32);
    to_size(
        to_color(image, options.color),
        height,
        width,
        options.resize,
    )
}

/// `image` in `color`, without transparency.
pub(super) fn to_color(image: DynamicImage, color: ColorMode) -> DynamicImage {
    let image = over_black(image);
    match color {
        ColorMode::Grey => DynamicImage::ImageLuma8(image.into_luma8()),
        ColorMode::Rgb => DynamicImage::ImageRgb8(image.into_rgb8()),
    }
}

/// A transparent image as it looks before a black background, another as it is.
pub(crate) fn over_black(image: DynamicImage) -> DynamicImage {
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

/// From pixels with their channels together to one plane per channel.
pub(super) fn planes(image: DynamicImage, color: ColorMode) -> Vec<u8> {
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

/// From one plane per channel, one or three of `shape`, to an image.
pub(super) fn from_planes(pixels: &[u8], shape: ImageShape) -> DynamicImage {
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
