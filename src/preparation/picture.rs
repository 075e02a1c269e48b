//! The picture that steps work on.

use image::{DynamicImage, GrayImage, RgbImage, imageops};

use crate::pixels::over_black;

/// An 8-bit picture of at least one pixel, grey or coloured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    Grey(GrayImage),
    Rgb(RgbImage),
}

impl Picture {
    /// Width and height in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Self::Grey(image) => image.dimensions(),
            Self::Rgb(image) => image.dimensions(),
        }
    }

    /// The luma of a coloured picture after Rec. 709 (0.2126 R + 0.7152 G + 0.0722 B), as with
    /// `data.color = "grey"`; a grey picture as it is.
    pub fn into_grey(self) -> GrayImage {
        match self {
            Self::Grey(image) => image,
            image => DynamicImage::from(image).into_luma8(),
        }
    }

    /// Three equal channels of a grey picture.
    pub fn into_rgb(self) -> RgbImage {
        match self {
            Self::Rgb(image) => image,
            image => DynamicImage::from(image).into_rgb8(),
        }
    }

    /// Applies `change` to each plane: the one of a grey picture, the three of a coloured one.
    pub(super) fn map_planes(self, change: impl Fn(GrayImage) -> GrayImage) -> Self {
        match self {
            Self::Grey(image) => Self::Grey(change(image)),
            Self::Rgb(image) => {
                let planes = [0, 1, 2].map(|channel| change(plane(&image, channel)));
                Self::Rgb(together(&planes))
            }
        }
    }

    /// The rectangle of `(width, height)` whose upper left corner is at `(left, top)`.
    pub(super) fn crop(self, (left, top): (u32, u32), (width, height): (u32, u32)) -> Self {
        match self {
            Self::Grey(image) => {
                Self::Grey(imageops::crop_imm(&image, left, top, width, height).to_image())
            }
            Self::Rgb(image) => {
                Self::Rgb(imageops::crop_imm(&image, left, top, width, height).to_image())
            }
        }
    }
}

/// Channel `channel` of `image`.
pub fn plane(image: &RgbImage, channel: usize) -> GrayImage {
    let (width, height) = image.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        [image.get_pixel(x, y)[channel]].into()
    })
}

/// Three planes of one size as channels of one image.
pub fn together(planes: &[GrayImage; 3]) -> RgbImage {
    let (width, height) = planes[0].dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        [0, 1, 2]
            .map(|channel| planes[channel].get_pixel(x, y)[0])
            .into()
    })
}

/// Transparency is composited over black, and 16-bit values are scaled to 8.
impl From<DynamicImage> for Picture {
    fn from(image: DynamicImage) -> Self {
        let image = over_black(image);
        match image.color().has_color() {
            true => Self::Rgb(image.into_rgb8()),
            false => Self::Grey(image.into_luma8()),
        }
    }
}

impl From<Picture> for DynamicImage {
    fn from(picture: Picture) -> Self {
        match picture {
            Picture::Grey(image) => Self::ImageLuma8(image),
            Picture::Rgb(image) => Self::ImageRgb8(image),
        }
    }
}
