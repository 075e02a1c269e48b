//! Small components of a mask removed.

use std::cmp::Reverse;

use image::GrayImage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::components::{Neighbours, areas, binary, components};
use crate::preparation::picture::Picture;
use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, within};
use crate::preparation::transform::Transform;

/// Makes components of a mask black that are too small: by `area`, by `largest`, or by both. Pixels
/// of those that stay keep their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RemoveSmall {
    /// Components of fewer pixels become black.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = i32::MAX))]
    pub area: Option<u32>,
    /// So many of the largest components stay at most; of equal ones those that come first in
    /// reading order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = i32::MAX))]
    pub largest: Option<u32>,
    /// How many neighbours of a white pixel it is connected with.
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

impl Transform for RemoveSmall {
    fn example() -> &'static str {
        "{ area = 50 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        if self.area.is_none() && self.largest.is_none() {
            let message = "expected area, largest or both, e.g. { area = 50 }";
            return Err(SettingError::new("", message));
        }
        let range = 1..=i32::MAX as u32;
        within("area", self.area.unwrap_or(1), range.clone())?;
        within("largest", self.largest.unwrap_or(1), range)
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| Picture::Grey(self.removed(picture.into_grey())));
    }
}

impl RemoveSmall {
    fn removed(&self, mut mask: GrayImage) -> GrayImage {
        let labels = components(&binary(&mask), self.neighbours);
        let areas = areas(&labels);
        // Label 0 is the background.
        let mut kept: Vec<usize> = (1..areas.len())
            .filter(|&label| areas[label] >= self.area.unwrap_or(1))
            .collect();
        if let Some(largest) = self.largest {
            kept.sort_by_key(|&label| (Reverse(areas[label]), label));
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
