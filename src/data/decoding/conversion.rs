//! From a decoded image to what a network takes: prepared, in its colours and size, one plane per
//! channel.

use image::DynamicImage;

use super::image_options::ImageOptions;
use crate::pixels::to_size;
use crate::pixels::{over_black, planes, to_color};

/// The 8-bit values of `image`, `[channels, height, width]` of `options`.
pub fn converted(mut image: DynamicImage, options: &ImageOptions) -> Vec<u8> {
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
