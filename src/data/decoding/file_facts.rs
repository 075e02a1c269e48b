//! Properties of an image file other than its pixels.

use image::{ColorType, DynamicImage};

/// Size and colours of an image file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// In pixels, after the EXIF orientation is applied.
    pub height: u32,
    /// In pixels, after the EXIF orientation is applied.
    pub width: u32,
    pub color: ColorType,
}

impl FileFacts {
    /// Facts about the file that `image` was decoded from.
    pub fn new(image: &DynamicImage) -> Self {
        Self {
            height: image.height(),
            width: image.width(),
            color: image.color(),
        }
    }
}
