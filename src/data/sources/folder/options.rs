//! How folders of images are read.

use serde::{Deserialize, Serialize};

use crate::data::decoding::ImageOptions;
use crate::data::error::DataError;

/// How a folder of images is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderOptions {
    /// How every file is converted.
    pub image: ImageOptions,
    /// Fraction of the image files that may be undecodable, 0 to 1; these are skipped.
    #[serde(default = "default_max_bad_fraction")]
    pub max_bad_fraction: f64,
    /// Limit in bytes up to which the decoded images of all splits are kept in memory.
    #[serde(default = "default_cache_bytes")]
    pub cache_bytes: u64,
    /// Whether a folder with test images only is accepted.
    #[serde(default)]
    pub test_alone: bool,
}

const fn default_max_bad_fraction() -> f64 {
    0.05
}

const fn default_cache_bytes() -> u64 {
    2 << 30
}

impl FolderOptions {
    /// Options with at most 5% bad files and 2 GiB of decoded images in memory.
    pub const fn new(image: ImageOptions) -> Self {
        Self {
            image,
            max_bad_fraction: default_max_bad_fraction(),
            cache_bytes: default_cache_bytes(),
            test_alone: false,
        }
    }

    /// Checks the ranges of the options.
    ///
    /// # Errors
    /// [`DataError::Option`]
    pub(super) fn validate(&self) -> Result<(), DataError> {
        self.image.validate()?;
        if !(0.0..=1.0).contains(&self.max_bad_fraction) {
            return Err(DataError::Option {
                option: "max_bad_fraction",
                received: self.max_bad_fraction.to_string(),
                expected: "a fraction from 0 to 1",
            });
        }
        Ok(())
    }
}
