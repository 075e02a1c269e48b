//! Colours to grey.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::picture::Picture;
use crate::preparation::pictures::Pictures;
use crate::preparation::transform::Transform;

/// Makes a coloured picture grey: its luma after Rec. 709.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grayscale {}

impl Transform for Grayscale {
    fn example() -> &'static str {
        "{}"
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| Picture::Grey(picture.into_grey()));
    }
}
