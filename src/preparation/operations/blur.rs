//! Blur: Gaussian and median.

use imageproc::filter::median_filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::filter::gaussian;
use crate::preparation::picture::Picture;
use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SIGMA, SettingError, odd, within, without_effect};
use crate::preparation::transform::Transform;

/// Blurs each channel; beyond the border the nearest pixel is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Blur {
    /// What a pixel is replaced by.
    pub method: BlurMethod,
    /// Standard deviation of `method = "gaussian"`, in pixels; 1 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.1, max = 50.0))]
    pub sigma: Option<f64>,
    /// Side of the square of `method = "median"`, in pixels, an odd number; 3 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 3, max = 99))]
    pub size: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlurMethod {
    /// The mean of the pixels around it, near ones counting more.
    #[default]
    Gaussian,
    /// The median of the square around it, which removes specks and keeps edges.
    Median,
}

const DEFAULT_SIGMA: f64 = 1.0;
const DEFAULT_SIZE: u32 = 3;

impl Transform for Blur {
    fn example() -> &'static str {
        "{ sigma = 2.0 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        let median = self.method == BlurMethod::Median;
        let (sigma, size) = (self.sigma, self.size);
        without_effect("sigma", median && sigma.is_some(), "method = \"gaussian\"")?;
        without_effect("size", !median && size.is_some(), "method = \"median\"")?;
        sigma.map_or(Ok(()), |sigma| within("sigma", sigma, SIGMA))?;
        size.map_or(Ok(()), |size| odd("size", size, 99))
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| match self.method {
            BlurMethod::Gaussian => gaussian(picture, self.sigma.unwrap_or(DEFAULT_SIGMA)),
            BlurMethod::Median => {
                let radius = self.size.unwrap_or(DEFAULT_SIZE) / 2;
                match picture {
                    Picture::Grey(image) => Picture::Grey(median_filter(&image, radius, radius)),
                    Picture::Rgb(image) => Picture::Rgb(median_filter(&image, radius, radius)),
                }
            }
        });
    }
}
