//! Connected components of a mask.

use std::borrow::Cow;

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::contrast::{ThresholdType, threshold};
use imageproc::region_labelling::{Connectivity, connected_components};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Which of its eight neighbours a pixel is connected with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// Those beside, above and below.
    Four,
    /// The diagonal ones as well.
    Eight,
}

impl Neighbours {
    fn connectivity(self) -> Connectivity {
        match self {
            Self::Four => Connectivity::Four,
            Self::Eight => Connectivity::Eight,
        }
    }
}

impl JsonSchema for Neighbours {
    fn schema_name() -> Cow<'static, str> {
        "Neighbours".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "oneOf": [
            { "const": 4, "description": "Those beside, above and below." },
            { "const": 8, "description": "The diagonal ones as well." },
        ] })
    }
}

impl Serialize for Neighbours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(match self {
            Self::Four => 4,
            Self::Eight => 8,
        })
    }
}

impl<'de> Deserialize<'de> for Neighbours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            4 => Ok(Self::Four),
            8 => Ok(Self::Eight),
            other => Err(de::Error::custom(format!(
                "expected 4 or 8 neighbours, received {other}"
            ))),
        }
    }
}

/// The number of each pixel's component.
pub type Labels = ImageBuffer<Luma<u32>, Vec<u32>>;

/// The components of a mask that is black and white, numbered from 1 in reading order; black pixels
/// are 0.
pub fn components(mask: &GrayImage, neighbours: Neighbours) -> Labels {
    // imageproc 0.27 panics at a white picture of one pixel.
    if let [value] = mask.as_raw()[..] {
        return Labels::from_pixel(1, 1, Luma([u32::from(value > 0)]));
    }
    connected_components(mask, neighbours.connectivity(), Luma([0]))
}

/// How many pixels each label has, 0 included.
pub fn areas(labels: &Labels) -> Vec<u32> {
    let count = labels.iter().max().map_or(0, |&label| label as usize);
    let mut areas = vec![0; count + 1];
    labels.iter().for_each(|&label| areas[label as usize] += 1);
    areas
}

/// White inside, black outside.
pub fn binary(mask: &GrayImage) -> GrayImage {
    threshold(mask, 0, ThresholdType::Binary)
}
