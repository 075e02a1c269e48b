//! `[augment]`: which changes are made to training images, how strong and how likely they are.

mod check;
mod erasing;
mod probabilities;
mod range;
mod zoom;

use serde::{Deserialize, Serialize};

pub use erasing::{EraseValue, Erasing};
pub use probabilities::Probabilities;
pub use range::AugmentError;
pub use zoom::Zoom;

/// `[augment]`; a change that is not given is not made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentConfig {
    /// Rotation by up to so many degrees in either direction, `0` to `180`.
    pub rotation: f64,
    /// Shift by up to this share of the width and of the height in either direction, `0` to `1`.
    pub shift: f64,
    /// Enlargement by a factor: `0.2` for 0.8 to 1.2, or `[0.8, 1.1]`.
    pub zoom: Zoom,
    /// Horizontal shear by an angle of up to so many degrees in either direction, `0` to `60`.
    pub shear: f64,
    /// Probability that left and right are exchanged, `0` to `1`.
    pub horizontal_flip: f64,
    /// Probability that top and bottom are exchanged, `0` to `1`.
    pub vertical_flip: f64,
    /// Random crop of the image's own size after padding each side by so many pixels, `0` to `4096`
    /// (He et al. 2016, arXiv 1512.03385, pad CIFAR's 32x32 by 4).
    pub crop: usize,
    /// The pixels beyond the border: `nearest`, `constant` or `reflect`.
    pub fill: Fill,
    /// The grey level of `fill = "constant"`, `0` to `255`.
    pub fill_value: usize,
    /// All levels are multiplied by a factor between 1 minus and 1 plus this, `0` to `1`.
    pub brightness: f64,
    /// Distances from the mean grey level are multiplied by a factor between 1 minus and 1 plus this,
    /// `0` to `1`.
    pub contrast: f64,
    /// Standard deviation of the normal noise added to every value, in grey levels, `0` to `128`.
    pub noise: f64,
    /// Largest standard deviation of a Gaussian blur, in pixels, `0` to `20`.
    pub blur: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// How many operations of the policy an image goes through, `1` to `14`.
    pub num_ops: usize,
    /// Strength of the policy's operations, `0` to `30`.
    pub magnitude: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasing: Option<Erasing>,
    /// Alpha of mixup (Zhang et al. 2018, arXiv 1710.09412), up to `100`; `0` is off.
    pub mixup: f64,
    /// Alpha of CutMix (Yun et al. 2019, arXiv 1905.04899), up to `100`; `0` is off.
    pub cutmix: f64,
    /// The probability of each change, 1 where not given.
    pub probabilities: Probabilities,
}

impl Default for AugmentConfig {
    fn default() -> Self {
        Self {
            rotation: 0.0,
            shift: 0.0,
            zoom: Zoom::OFF,
            shear: 0.0,
            horizontal_flip: 0.0,
            vertical_flip: 0.0,
            crop: 0,
            fill: Fill::Nearest,
            fill_value: 0,
            brightness: 0.0,
            contrast: 0.0,
            noise: 0.0,
            blur: 0.0,
            policy: None,
            num_ops: 2,
            magnitude: 9,
            erasing: None,
            mixup: 0.0,
            cutmix: 0.0,
            probabilities: Probabilities::default(),
        }
    }
}

impl AugmentConfig {
    /// Whether images are mixed with others of their batch.
    pub fn mixes(&self) -> bool {
        self.mixup > 0.0 || self.cutmix > 0.0
    }
}

/// `augment.fill`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// The nearest pixel of the image.
    Nearest,
    /// The grey level `fill_value`.
    Constant,
    /// The image mirrored at its border; the last pixel appears twice.
    Reflect,
}

/// `augment.policy`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// `num_ops` of fourteen operations, all of the same strength (Cubuk et al. 2020, arXiv
    /// 1909.13719).
    RandAugment,
}
