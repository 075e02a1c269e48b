//! What is known of an image file besides its pixels.

use image::{ColorType, DynamicImage};

/// Size and colours of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// In pixels, as the image is shown.
    pub height: u32,
    /// In pixels, as the image is shown.
    pub width: u32,
    pub color: ColorType,
}

impl FileFacts {
    pub fn of(image: &DynamicImage) -> Self {
        Self {
            height: image.height(),
            width: image.width(),
            color: image.color(),
        }
    }
}
