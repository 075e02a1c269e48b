//! Gamma correction.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::levels::{Levels, look_up};
use crate::preparation::picture::Picture;
use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, within};
use crate::preparation::transform::Transform;

/// Raises each channel, as a share of 255, to this power: below 1 is brighter, above 1 darker.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Gamma(#[schemars(range(min = 0.01, max = 100.0))] pub f64);

/// As the number alone, which is what fingerprints are made of.
impl fmt::Debug for Gamma {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Transform for Gamma {
    fn example() -> &'static str {
        "0.8"
    }

    fn check(&self) -> Result<(), SettingError> {
        within("", self.0, 0.01..=100.0)
    }

    fn apply(&self, pictures: &mut Pictures) {
        let corrected = |level| (255.0 * (level as f64 / 255.0).powf(self.0)).round() as u8;
        let levels: Levels = std::array::from_fn(corrected);
        pictures.replace(|mut picture| {
            match &mut picture {
                Picture::Grey(image) => look_up(image, &levels),
                Picture::Rgb(image) => look_up(image, &levels),
            }
            picture
        });
    }
}
