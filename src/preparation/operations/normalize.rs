//! The values that the network sees: another place to write `data.normalize`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::pictures::Pictures;
use crate::preparation::transform::Transform;

/// Another way to write `data.normalize`. As a step it has to be the last, and leaves the picture as
/// it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// Values from 0 to 1: grey levels divided by 255, as the course does.
    #[default]
    Unit,
    /// Mean 0 and standard deviation 1 in each channel, measured on the training images.
    Standard,
    /// As the published weights of the network require, with their mean and deviation.
    Pretrained,
    /// Mean 0 and standard deviation 1 over all values of each image. Of `n` values the
    /// deviation is taken for at least `1 / sqrt(n)` grey levels, as TensorFlow's
    /// `per_image_standardization` does.
    PerImage,
}

impl Transform for Normalize {
    fn example() -> &'static str {
        "\"per-image\""
    }

    fn is_last(&self) -> bool {
        true
    }

    fn apply(&self, _: &mut Pictures) {}
}
