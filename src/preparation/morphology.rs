//! Morphology: shapes grown and shrunk by an element.

use image::GrayImage;
use imageproc::morphology::{Mask, grayscale_dilate, grayscale_erode};
use serde::{Deserialize, Serialize};

use super::Picture;

/// Takes, for each pixel, the darkest or the brightest one that the element covers; each channel of
/// a coloured picture for itself. What lies beyond the border never wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Morphology {
    pub operation: MorphologyKind,
    #[serde(default)]
    pub element: Element,
    /// Side of the element in pixels, odd, 3 to 99.
    #[serde(default = "three")]
    pub size: u8,
    /// How often, 1 to 100; `open` and `close` do all of the first half before the second.
    #[serde(default = "one")]
    pub iterations: u8,
}

const fn three() -> u8 {
    3
}

const fn one() -> u8 {
    1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MorphologyKind {
    /// Bright shapes shrink.
    Erode,
    /// Bright shapes grow.
    Dilate,
    /// Erode, then dilate: bright specks go.
    Open,
    /// Dilate, then erode: dark gaps go.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    #[default]
    Square,
    /// All pixels whose distance from the middle is at most half of the side.
    Disk,
    Cross,
}

impl Morphology {
    pub(super) fn apply(&self, picture: Picture) -> Picture {
        let masks = self.masks();
        let erode = |image: GrayImage| self.repeated(image, &masks, grayscale_erode);
        let dilate = |image: GrayImage| self.repeated(image, &masks, grayscale_dilate);
        picture.map_planes(|image| match self.operation {
            MorphologyKind::Erode => erode(image),
            MorphologyKind::Dilate => dilate(image),
            MorphologyKind::Open => dilate(erode(image)),
            MorphologyKind::Close => erode(dilate(image)),
        })
    }

    fn repeated(
        &self,
        image: GrayImage,
        masks: &[Mask],
        once: fn(&GrayImage, &Mask) -> GrayImage,
    ) -> GrayImage {
        (0..self.iterations).fold(image, |image, _| {
            masks.iter().fold(image, |image, mask| once(&image, mask))
        })
    }

    /// What is applied one after the other; a square is a row, then a column, which gives the same in
    /// a fraction of the time.
    fn masks(&self) -> Vec<Mask> {
        let (size, radius) = (u32::from(self.size), self.size / 2);
        let white = |width, height| GrayImage::from_pixel(width, height, [255].into());
        match self.element {
            Element::Square => vec![
                Mask::from_image(&white(size, 1), radius, 0),
                Mask::from_image(&white(1, size), 0, radius),
            ],
            Element::Disk => vec![Mask::disk(radius)],
            Element::Cross => {
                let middle = u32::from(radius);
                let cross = GrayImage::from_fn(size, size, |x, y| {
                    [if x == middle || y == middle { 255 } else { 0 }].into()
                });
                vec![Mask::from_image(&cross, radius, radius)]
            }
        }
    }
}
