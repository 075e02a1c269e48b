//! Morphology: shapes grown and shrunk by a structuring element.

use image::GrayImage;
use imageproc::morphology::{Mask, grayscale_dilate, grayscale_erode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, odd, within};
use crate::preparation::transform::Transform;

/// Replaces each pixel by the darkest or the brightest one that the structuring element covers around
/// it, in each channel of a coloured picture separately. Pixels beyond the border do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Morphology {
    /// What is done to bright shapes.
    pub operation: MorphologyMethod,
    /// The shape of the structuring element.
    #[serde(default)]
    pub element: StructuringElement,
    /// Side of the element in pixels, an odd number.
    #[serde(default = "three")]
    #[schemars(range(min = 3, max = 99))]
    pub size: u8,
    /// How often it is done; `open` and `close` repeat their first half before the second.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100))]
    pub iterations: u8,
}

const fn three() -> u8 {
    3
}

const fn one() -> u8 {
    1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MorphologyMethod {
    /// Bright shapes shrink.
    Erode,
    /// Bright shapes grow.
    Dilate,
    /// Erode, then dilate: bright specks go.
    Open,
    /// Dilate, then erode: dark gaps go.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StructuringElement {
    /// All pixels of a square.
    #[default]
    Square,
    /// All pixels whose distance from the centre is at most half of the side.
    Disk,
    /// The middle row and the middle column.
    Cross,
}

impl Transform for Morphology {
    fn example() -> &'static str {
        "{ operation = \"open\", size = 3 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        odd("size", self.size.into(), 99)?;
        within("iterations", self.iterations, 1..=100)
    }

    fn apply(&self, pictures: &mut Pictures) {
        let masks = self.masks();
        let erode = |image: GrayImage| self.repeated(image, &masks, grayscale_erode);
        let dilate = |image: GrayImage| self.repeated(image, &masks, grayscale_dilate);
        let change = |image: GrayImage| match self.operation {
            MorphologyMethod::Erode => erode(image),
            MorphologyMethod::Dilate => dilate(image),
            MorphologyMethod::Open => dilate(erode(image)),
            MorphologyMethod::Close => erode(dilate(image)),
        };
        pictures.replace(|picture| picture.map_planes(change));
    }
}

impl Morphology {
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

    /// Masks to apply one after the other. A row and then a column give the same as a square, in a
    /// fraction of the time.
    fn masks(&self) -> Vec<Mask> {
        let (size, radius) = (u32::from(self.size), self.size / 2);
        let white = |width, height| GrayImage::from_pixel(width, height, [255].into());
        match self.element {
            StructuringElement::Square => vec![
                Mask::from_image(&white(size, 1), radius, 0),
                Mask::from_image(&white(1, size), 0, radius),
            ],
            StructuringElement::Disk => vec![Mask::disk(radius)],
            StructuringElement::Cross => {
                let middle = u32::from(radius);
                let cross = GrayImage::from_fn(size, size, |x, y| {
                    [if x == middle || y == middle { 255 } else { 0 }].into()
                });
                vec![Mask::from_image(&cross, radius, radius)]
            }
        }
    }
}
