//! Another size.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pixels::{Resize, to_size};
use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, within};
use crate::preparation::transform::Transform;

/// Gives the picture worked on, the kept ones and the original another size. The border of a mask
/// becomes grey, which counts as inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResizeTo {
    /// Height in pixels.
    #[schemars(range(min = 1, max = 4096))]
    pub height: u32,
    /// Width in pixels.
    #[schemars(range(min = 1, max = 4096))]
    pub width: u32,
    /// How a picture of another shape is brought to that size, as `data.resize`.
    #[serde(default)]
    pub policy: Resize,
}

impl Transform for ResizeTo {
    fn example() -> &'static str {
        "{ height = 128, width = 128 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        within("height", self.height, 1..=4096)?;
        within("width", self.width, 1..=4096)
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.change_geometry(|picture| {
            to_size(picture.into(), self.height, self.width, self.policy).into()
        });
    }
}
