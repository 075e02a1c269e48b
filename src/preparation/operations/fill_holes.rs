//! Holes of a mask filled.

use image::GrayImage;
use imageproc::contrast::{ThresholdType, threshold};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::components::{Neighbours, areas, components};
use crate::preparation::picture::Picture;
use crate::preparation::pictures::Pictures;
use crate::preparation::transform::Transform;

/// Makes black components white that do not touch the border: holes of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FillHoles {
    /// How many neighbours of a black pixel it is connected with; with 4, a diagonal line of white
    /// closes a hole.
    pub neighbours: Neighbours,
}

impl Default for FillHoles {
    fn default() -> Self {
        Self {
            neighbours: Neighbours::Four,
        }
    }
}

impl Transform for FillHoles {
    fn example() -> &'static str {
        "{ neighbours = 8 }"
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| Picture::Grey(self.filled(picture.into_grey())));
    }
}

impl FillHoles {
    fn filled(&self, mut mask: GrayImage) -> GrayImage {
        let black = threshold(&mask, 0, ThresholdType::BinaryInverted);
        let labels = components(&black, self.neighbours);
        let (width, height) = labels.dimensions();
        let mut outside = vec![false; areas(&labels).len()];
        // Label 0 is what is white already.
        outside[0] = true;
        let sides = (0..height).flat_map(|y| [(0, y), (width - 1, y)]);
        let border = sides.chain((0..width).flat_map(|x| [(x, 0), (x, height - 1)]));
        for (x, y) in border {
            outside[labels.get_pixel(x, y)[0] as usize] = true;
        }
        for (value, &label) in mask.iter_mut().zip(labels.iter()) {
            if !outside[label as usize] {
                *value = 255;
            }
        }
        mask
    }
}
