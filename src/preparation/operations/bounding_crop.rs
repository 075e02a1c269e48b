//! Pictures cut to the rectangle around a mask.

use image::GrayImage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, within};
use crate::preparation::transform::Transform;

/// Cuts all pictures to the smallest rectangle around what is inside the mask. An empty mask keeps
/// the whole picture.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BoundingCrop {
    /// The mask: a name that an earlier step keeps; the picture worked on where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// Pixels left around the rectangle, as far as the picture goes.
    #[schemars(range(max = 4096))]
    pub margin: u32,
    /// The shorter side grows to the length of the longer one, by the same on both ends. A square that
    /// would reach beyond the border is moved inside; one larger than the picture becomes a rectangle.
    pub square: bool,
}

/// The upper left corner, then width and height.
type Rectangle = ((u32, u32), (u32, u32));

impl Transform for BoundingCrop {
    fn example() -> &'static str {
        "{ margin = 4 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        within("margin", self.margin, 0..=4096)
    }

    fn references(&self) -> Vec<(&'static str, &str)> {
        self.mask.iter().map(|name| ("mask", &**name)).collect()
    }

    fn apply(&self, pictures: &mut Pictures) {
        let mask = pictures.mask(self.mask.as_deref());
        let (start, size) = self.rectangle(&mask);
        if size != mask.dimensions() {
            pictures.change_geometry(|picture| picture.crop(start, size));
        }
    }
}

impl BoundingCrop {
    fn rectangle(&self, mask: &GrayImage) -> Rectangle {
        let (width, height) = mask.dimensions();
        let inside = || (mask.enumerate_pixels()).filter(|(_, _, value)| value[0] > 0);
        let across = inside().map(|(x, _, _)| x);
        let down = inside().map(|(_, y, _)| y);
        let sides = (
            across.clone().min().zip(across.max()),
            down.clone().min().zip(down.max()),
        );
        let (Some(across), Some(down)) = sides else {
            return ((0, 0), (width, height));
        };
        let (mut across, mut down) = (
            Side::around(across, self.margin, width),
            Side::around(down, self.margin, height),
        );
        if self.square {
            let longest = across.length.max(down.length);
            (across, down) = (across.grown(longest, width), down.grown(longest, height));
        }
        ((across.start, down.start), (across.length, down.length))
    }
}

/// One side of a rectangle, along the width or the height.
#[derive(Clone, Copy)]
struct Side {
    start: u32,
    length: u32,
}

impl Side {
    fn around((first, last): (u32, u32), margin: u32, limit: u32) -> Self {
        let start = first.saturating_sub(margin);
        let end = (last + 1 + margin).min(limit);
        Self {
            start,
            length: end - start,
        }
    }

    fn grown(self, length: u32, limit: u32) -> Self {
        let length = length.clamp(self.length, limit);
        let start = self.start.saturating_sub((length - self.length) / 2);
        Self {
            start: start.min(limit - length),
            length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 9 wide and 6 high, with one pixel inside.
    fn mask(x: u32, y: u32) -> GrayImage {
        let mut mask = GrayImage::new(9, 6);
        mask.put_pixel(x, y, [1].into());
        mask
    }

    fn rectangle(mask: &GrayImage, margin: u32, square: bool) -> Rectangle {
        let crop = BoundingCrop {
            margin,
            square,
            ..BoundingCrop::default()
        };
        crop.rectangle(mask)
    }

    #[test]
    fn the_rectangle_is_as_small_as_it_can_be() {
        assert_eq!(rectangle(&mask(4, 3), 0, false), ((4, 3), (1, 1)));
        let mut two = mask(4, 3);
        two.put_pixel(1, 4, [255].into());
        assert_eq!(rectangle(&two, 0, false), ((1, 3), (4, 2)));
    }

    #[test]
    fn a_margin_ends_at_the_border() {
        assert_eq!(rectangle(&mask(0, 3), 2, false), ((0, 1), (3, 5)));
        assert_eq!(rectangle(&mask(8, 5), 100, false), ((0, 0), (9, 6)));
    }

    #[test]
    fn a_square_is_moved_inside_and_as_large_as_the_picture_allows() {
        let mut wide = mask(1, 5);
        wide.put_pixel(4, 5, [255].into());
        assert_eq!(rectangle(&wide, 0, true), ((1, 2), (4, 4)));
        wide.put_pixel(8, 5, [255].into());
        assert_eq!(rectangle(&wide, 0, true), ((1, 0), (8, 6)));
    }

    #[test]
    fn an_empty_mask_keeps_the_whole_picture() {
        assert_eq!(rectangle(&GrayImage::new(9, 6), 1, true), ((0, 0), (9, 6)));
    }
}
