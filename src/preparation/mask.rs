//! Masks in use: a rectangle around one, and what lies outside made to disappear.

use image::{GrayImage, Rgb};
use imageproc::contrast::{ThresholdType, threshold};
use serde::{Deserialize, Serialize};

use super::Picture;
use super::blur::gaussian;

/// Where to cut: the smallest rectangle around what is inside the mask. An empty mask keeps the
/// whole picture.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoundingCrop {
    /// A kept picture; the one worked on where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// Pixels left around the rectangle, as far as the picture goes; up to 4096.
    pub margin: u32,
    /// The shorter side grows to the longer one's length, both ways alike, moved inside where it
    /// would stick out, and as far as the picture goes.
    pub square: bool,
}

/// A rectangle, its upper left corner first.
pub(super) type Rectangle = ((u32, u32), (u32, u32));

impl BoundingCrop {
    pub(super) fn rectangle(&self, mask: &GrayImage) -> Rectangle {
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

/// A side of a rectangle.
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

/// Shows a picture inside the mask and a background elsewhere. An empty mask leaves background only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApplyMask {
    /// A kept picture; the one worked on where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// The picture shown: `original`, or a kept one.
    pub to: String,
    pub background: Background,
    /// Standard deviation of the background `blurred` in pixels, from 0.1 to 50; 10 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sigma: Option<f64>,
}

impl Default for ApplyMask {
    fn default() -> Self {
        Self {
            mask: None,
            to: super::ORIGINAL.into(),
            background: Background::Black,
            sigma: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    Black,
    White,
    /// The mean colour of the picture shown, all of it.
    Mean,
    /// The picture shown, blurred.
    Blurred,
}

const SIGMA: f64 = 10.0;

impl ApplyMask {
    /// `mask` and `picture` have one size.
    pub(super) fn apply(&self, mask: &GrayImage, picture: Picture) -> Picture {
        let background = match self.background {
            Background::Black => Picture::Grey(GrayImage::new(mask.width(), mask.height())),
            Background::White => picture
                .clone()
                .map_planes(|plane| filled(&plane, [255].into())),
            Background::Mean => picture.clone().map_planes(|plane| {
                let sum: u64 = plane.iter().map(|&value| u64::from(value)).sum();
                let count = plane.len() as u64;
                filled(&plane, [((sum + count / 2) / count) as u8].into())
            }),
            Background::Blurred => gaussian(picture.clone(), self.sigma.unwrap_or(SIGMA)),
        };
        match picture {
            Picture::Grey(mut image) => {
                let background = background.into_grey();
                for ((value, &outside), &inside) in
                    image.iter_mut().zip(background.iter()).zip(mask.iter())
                {
                    if inside == 0 {
                        *value = outside;
                    }
                }
                Picture::Grey(image)
            }
            Picture::Rgb(mut image) => {
                let background = background.into_rgb();
                let pixels = image.pixels_mut().zip(background.pixels());
                for ((pixel, outside), &inside) in pixels.zip(mask.iter()) {
                    if inside == 0 {
                        *pixel = Rgb(outside.0);
                    }
                }
                Picture::Rgb(image)
            }
        }
    }
}

fn filled(plane: &GrayImage, value: image::Luma<u8>) -> GrayImage {
    GrayImage::from_pixel(plane.width(), plane.height(), value)
}

/// White inside, black outside.
pub(super) fn binary(mask: &GrayImage) -> GrayImage {
    threshold(mask, 0, ThresholdType::Binary)
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
