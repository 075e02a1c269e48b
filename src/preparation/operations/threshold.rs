//! Thresholds: from grey levels to black and white.

use image::GrayImage;
use imageproc::contrast::{ThresholdType, threshold};
use imageproc::stats::histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::filter::{filtered, gaussian_kernel, rounded};
use crate::preparation::picture::Picture;
use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, odd, within, without_effect};
use crate::preparation::transform::Transform;

/// White where the picture, or the luma of a coloured one, is brighter than the threshold, black
/// elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Threshold {
    /// How the threshold is found.
    pub method: ThresholdMethod,
    /// `method = "fixed"`: the brightest level that becomes black.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Adaptive methods: side of the neighbourhood in pixels, an odd number; 11 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 3, max = 255))]
    pub block_size: Option<u32>,
    /// Adaptive methods: how far the threshold is below the mean; 2 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -255, max = 255))]
    pub offset: Option<i16>,
    /// Black and white change places, for dark objects on a light background.
    pub invert: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdMethod {
    /// The same `level` for every picture.
    Fixed,
    /// The level that separates dark from bright pixels best (Otsu 1979).
    #[default]
    Otsu,
    /// The mean of each pixel's neighbourhood.
    AdaptiveMean,
    /// The mean of each pixel's neighbourhood, near pixels counting more.
    AdaptiveGaussian,
}

const DEFAULT_BLOCK_SIZE: u32 = 11;
const DEFAULT_OFFSET: i16 = 2;

impl Transform for Threshold {
    fn example() -> &'static str {
        "{ method = \"adaptive-mean\", block_size = 31, offset = 5 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        let fixed = self.method == ThresholdMethod::Fixed;
        let adaptive = !fixed && self.method != ThresholdMethod::Otsu;
        let (level, size, offset) = (self.level, self.block_size, self.offset);
        let adaptive_only = "method = \"adaptive-mean\" or \"adaptive-gaussian\"";
        without_effect("level", !fixed && level.is_some(), "method = \"fixed\"")?;
        without_effect("block_size", !adaptive && size.is_some(), adaptive_only)?;
        without_effect("offset", !adaptive && offset.is_some(), adaptive_only)?;
        if fixed && level.is_none() {
            let message = "method = \"fixed\" needs the level, 0 to 255, e.g. level = 127";
            return Err(SettingError::new("level", message));
        }
        size.map_or(Ok(()), |size| odd("block_size", size, 255))?;
        offset.map_or(Ok(()), |offset| within("offset", offset, -255..=255))
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| Picture::Grey(self.binary(&picture.into_grey())));
    }
}

impl Threshold {
    fn binary(&self, image: &GrayImage) -> GrayImage {
        let threshold_type = match self.invert {
            true => ThresholdType::BinaryInverted,
            false => ThresholdType::Binary,
        };
        let size = self.block_size.unwrap_or(DEFAULT_BLOCK_SIZE) as usize;
        match self.method {
            ThresholdMethod::Fixed => {
                threshold(image, self.level.unwrap_or_default(), threshold_type)
            }
            ThresholdMethod::Otsu => threshold(image, otsu_level(image), threshold_type),
            ThresholdMethod::AdaptiveMean => {
                // Sums of up to 255 * 255 * 255 are exact in 32-bit floats.
                let mut means = filtered(image, &vec![1.0; size]);
                let area = (size * size) as f32;
                means.iter_mut().for_each(|sum| *sum /= area);
                self.above(image, &rounded(&means))
            }
            ThresholdMethod::AdaptiveGaussian => {
                let kernel = neighbourhood(size);
                self.above(image, &rounded(&filtered(image, &kernel)))
            }
        }
    }

    /// Which pixels of `image` are brighter than `means` less the offset.
    fn above(&self, image: &GrayImage, means: &GrayImage) -> GrayImage {
        let offset = self.offset.unwrap_or(DEFAULT_OFFSET);
        let (width, height) = image.dimensions();
        GrayImage::from_fn(width, height, |x, y| {
            let [value, mean] = [image, means].map(|image| i16::from(image.get_pixel(x, y)[0]));
            [if (value > mean - offset) != self.invert {
                255
            } else {
                0
            }]
            .into()
        })
    }
}

/// The Gaussian that OpenCV uses for a neighbourhood of `size` pixels; its short ones are from a table.
fn neighbourhood(size: usize) -> Vec<f32> {
    match size {
        3 => vec![0.25, 0.5, 0.25],
        5 => vec![0.0625, 0.25, 0.375, 0.25, 0.0625],
        7 => vec![
            0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125,
        ],
        _ => gaussian_kernel(size, 0.3 * ((size - 1) as f64 * 0.5 - 1.0) + 0.8),
    }
}

/// The level that maximises the variance between the pixels up to it and those above (Otsu 1979,
/// <https://doi.org/10.1109/TSMC.1979.4310076>), in OpenCV's order of operations, because rounding
/// decides between levels that are equally good.
///
/// Not imageproc's, whose sums overflow from 17 million white pixels on.
fn otsu_level(image: &GrayImage) -> u8 {
    let counts = histogram(image).channels[0];
    let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let scale = 1.0 / total;
    let levels = || counts.iter().enumerate();
    let moment = |(level, &count): (usize, &u32)| level as f64 * f64::from(count);
    let mean = levels().map(moment).sum::<f64>() * scale;
    let (mut mean_below, mut below, mut best) = (0.0, 0.0, (0.0, 0));
    for (level, &count) in levels() {
        let share = f64::from(count) * scale;
        mean_below *= below;
        below += share;
        let above = 1.0 - below;
        let least = f64::from(f32::EPSILON);
        if below.min(above) < least || below.max(above) > 1.0 - least {
            continue;
        }
        mean_below = (mean_below + level as f64 * share) / below;
        let mean_above = (mean - below * mean_below) / above;
        let variance = below * above * (mean_below - mean_above) * (mean_below - mean_above);
        if variance > best.0 {
            best = (variance, level as u8);
        }
    }
    best.1
}
