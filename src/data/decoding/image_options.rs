//! How image files are converted; stored with a run, so that prediction converts images as training
//! did.

use serde::{Deserialize, Serialize};

use crate::data::error::DataError;
use crate::pixels::{ColorMode, ImageShape, Resize};
use crate::preparation::Pipeline;

/// How an image file is converted, and how large it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageOptions {
    /// Colours of the result.
    pub color: ColorMode,
    /// Height of the result in pixels, at least 1.
    pub height: usize,
    /// Width of the result in pixels, at least 1.
    pub width: usize,
    /// How the image is resized.
    #[serde(default)]
    pub resize: Resize,
    /// Whether to invert light and dark, before all other steps.
    #[serde(default)]
    pub invert: bool,
    /// Preparation steps, run before the conversion to colours and size.
    #[serde(default)]
    pub preparation: Pipeline,
    /// Whether the image is converted to its colours and size before the preparation steps as well,
    /// as the images of data sets with a fixed size are.
    #[serde(default)]
    pub sized_before: bool,
    /// Longest side a file may have, in pixels.
    #[serde(default = "default_max_side")]
    pub max_side: u32,
    /// Limit in bytes for one image: for the file, and for the memory to decode it.
    #[serde(default = "default_max_alloc_bytes")]
    pub max_alloc_bytes: u64,
}

const fn default_max_side() -> u32 {
    20_000
}

const fn default_max_alloc_bytes() -> u64 {
    512 << 20
}

impl ImageOptions {
    /// Options for results of `[color.channels(), height, width]`, stretched, with files of up
    /// to 20,000 pixels a side and 512 MiB.
    pub const fn new(color: ColorMode, height: usize, width: usize) -> Self {
        Self {
            color,
            height,
            width,
            resize: Resize::Stretch,
            invert: false,
            preparation: Pipeline::none(),
            sized_before: false,
            max_side: default_max_side(),
            max_alloc_bytes: default_max_alloc_bytes(),
        }
    }

    /// Shape of the result, `[channels, height, width]`.
    pub const fn shape(&self) -> ImageShape {
        ImageShape::new(self.color.channels(), self.height, self.width)
    }

    /// Checks the ranges of the options.
    ///
    /// # Errors
    /// Height or width is 0 or more than 65,535.
    pub fn validate(&self) -> Result<(), DataError> {
        for (option, size) in [("height", self.height), ("width", self.width)] {
            if !(1..=65_535).contains(&size) {
                return Err(DataError::Option {
                    option,
                    received: size.to_string(),
                    expected: "1 to 65535 pixels",
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_height_of_zero_is_refused_by_the_name_of_the_option() {
        let options = ImageOptions::new(ColorMode::Grey, 0, 8);
        let error = options.validate().unwrap_err().to_string();
        assert!(error.contains("height = 0"), "{error}");
    }

    #[test]
    fn options_are_read_with_their_defaults_and_unknown_keys_refused() {
        let read = |text| serde_json::from_str::<ImageOptions>(text);
        let options = read(r#"{"color": "rgb", "height": 64, "width": 48, "resize": "fit"}"#);
        let options = options.unwrap();
        assert_eq!((options.resize, options.max_side), (Resize::Fit, 20_000));
        assert_eq!(options.shape(), ImageShape::new(3, 64, 48));
        assert!(read(r#"{"color": "grey", "height": 1, "width": 1, "crop": true}"#).is_err());
    }
}
