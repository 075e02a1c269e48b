//! From a decoded image to the input of a network: preparation, colours, size, channels first.

use image::DynamicImage;

use super::image_options::ImageOptions;
use crate::pixels::{over_black, planes, to_color, to_size};

/// `image` converted as `options` say: 8-bit values `[channels, height, width]`.
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
