//! Connected components of a mask: specks that go, holes that are filled.

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::mask::binary;

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

/// Makes components black that are too small; pixels of those that stay keep their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemoveSmall {
    /// Components of fewer pixels go, 1 and up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<u32>,
    /// No more components stay than so many, the largest, 1 and up; of equal ones the first from
    /// above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<u32>,
    pub neighbours: Neighbours,
}

impl Default for RemoveSmall {
    fn default() -> Self {
        Self {
            area: None,
            largest: None,
            neighbours: Neighbours::Eight,
        }
    }
}

impl RemoveSmall {
    pub(super) fn apply(&self, mut mask: GrayImage) -> GrayImage {
        let labels = components(&binary(&mask), self.neighbours);
        let areas = areas(&labels);
        // Label 0 is the background.
        let mut kept: Vec<usize> = (1..areas.len())
            .filter(|&label| areas[label] >= self.area.unwrap_or(1))
            .collect();
        if let Some(largest) = self.largest {
            kept.sort_by_key(|&label| (std::cmp::Reverse(areas[label]), label));
            kept.truncate(largest as usize);
        }
        let mut stays = vec![false; areas.len()];
        kept.into_iter().for_each(|label| stays[label] = true);
        for (value, &label) in mask.iter_mut().zip(labels.iter()) {
            if !stays[label as usize] {
                *value = 0;
            }
        }
        mask
    }
}

/// Makes dark components white that do not touch the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FillHoles {
    /// Of the dark pixels; with 4, a diagonal line of white closes a hole.
    pub neighbours: Neighbours,
}

impl Default for FillHoles {
    fn default() -> Self {
        Self {
            neighbours: Neighbours::Four,
        }
    }
}

impl FillHoles {
    pub(super) fn apply(&self, mut mask: GrayImage) -> GrayImage {
        let mut dark = binary(&mask);
        dark.iter_mut().for_each(|value| *value = 255 - *value);
        let labels = components(&dark, self.neighbours);
        let (width, height) = labels.dimensions();
        let mut outside = vec![false; areas(&labels).len()];
        // White pixels.
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

/// A number for each pixel.
type Labels = ImageBuffer<Luma<u32>, Vec<u32>>;

/// The number of each pixel's component, from 1 on in reading order; 0 is black.
fn components(mask: &GrayImage, neighbours: Neighbours) -> Labels {
    // imageproc 0.27 panics at a white picture of one pixel.
    if let [value] = mask.as_raw()[..] {
        return Labels::from_pixel(1, 1, Luma([u32::from(value > 0)]));
    }
    connected_components(mask, neighbours.connectivity(), Luma([0]))
}

/// Pixels of each label, 0 included.
fn areas(labels: &Labels) -> Vec<u32> {
    let count = labels.iter().max().map_or(0, |&label| label as usize);
    let mut areas = vec![0; count + 1];
    labels.iter().for_each(|&label| areas[label as usize] += 1);
    areas
}
