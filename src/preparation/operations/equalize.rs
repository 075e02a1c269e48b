//! Histogram equalisation.

use image::GrayImage;
use imageproc::stats::histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::color::on_luma;
use crate::preparation::levels::{Levels, look_up};
use crate::preparation::pictures::Pictures;
use crate::preparation::transform::Transform;

/// Makes all grey levels equally frequent, as OpenCV's `equalizeHist`; on colour, of the luma of
/// YCbCr.
// Not imageproc's, whose darkest level does not become black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Equalize {}

impl Transform for Equalize {
    fn example() -> &'static str {
        "{}"
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| on_luma(picture, equalized));
    }
}

fn equalized(mut image: GrayImage) -> GrayImage {
    let counts = histogram(&image).channels[0];
    let total: u32 = counts.iter().sum();
    let darkest = counts.iter().position(|&count| count > 0).unwrap_or(0);
    if counts[darkest] == total {
        return image;
    }
    let scale = 255.0 / (total - counts[darkest]) as f32;
    let mut sum = 0;
    let levels: Levels = std::array::from_fn(|level| {
        if level > darkest {
            sum += counts[level];
        }
        (sum as f32 * scale).round_ties_even() as u8
    });
    look_up(&mut image, &levels);
    image
}
