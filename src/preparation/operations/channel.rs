//! Single channels of a coloured picture.

use image::GrayImage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::color::{hsv, lab};
use crate::preparation::picture::{Picture, plane};
use crate::preparation::pictures::Pictures;
use crate::preparation::transform::Transform;

/// One channel of a coloured picture as a grey one, as OpenCV's 8-bit conversions have it. A grey
/// picture has three equal channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The red channel.
    Red,
    /// The green channel.
    Green,
    /// The blue channel.
    Blue,
    /// Of HSV, half of the angle in degrees: 0 to 179; 0 where there is no colour.
    Hue,
    /// Of HSV, 0 to 255.
    Saturation,
    /// Of HSV, the brightest of red, green and blue.
    Value,
    /// All three of CIELAB (sRGB, D65) in place of red, green and blue: L scaled to 255, a and b
    /// shifted by 128.
    Lab,
    /// `L` of CIELAB, the lightness.
    LabL,
    /// `a` of CIELAB, from green to red.
    LabA,
    /// `b` of CIELAB, from blue to yellow.
    LabB,
}

impl Transform for Channel {
    fn example() -> &'static str {
        "\"saturation\""
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| self.of(picture));
    }
}

impl Channel {
    fn of(self, picture: Picture) -> Picture {
        let image = picture.into_rgb();
        let of_pixels = |value: fn([u8; 3]) -> u8| {
            let (width, height) = image.dimensions();
            GrayImage::from_fn(width, height, |x, y| {
                [value(image.get_pixel(x, y).0)].into()
            })
        };
        Picture::Grey(match self {
            Self::Red => plane(&image, 0),
            Self::Green => plane(&image, 1),
            Self::Blue => plane(&image, 2),
            Self::Hue => of_pixels(|pixel| hsv(pixel)[0]),
            Self::Saturation => of_pixels(|pixel| hsv(pixel)[1]),
            Self::Value => of_pixels(|pixel| hsv(pixel)[2]),
            Self::Lab => return Picture::Rgb(lab(&image)),
            Self::LabL => plane(&lab(&image), 0),
            Self::LabA => plane(&lab(&image), 1),
            Self::LabB => plane(&lab(&image), 2),
        })
    }
}
