//! `[augment]`: which changes are made to training images, how strong and how likely they are.

mod check;
mod erasing;
mod probabilities;
mod range;
mod zoom;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use erasing::{EraseValue, Erasing};
pub use probabilities::Probabilities;
pub use range::AugmentError;
pub use zoom::Zoom;

/// Random changes of training images, so that a network sees another version of each in every epoch.
/// A change that is not given is not made; without this section, images stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentConfig {
    /// Rotation by up to so many degrees in either direction.
    #[schemars(range(min = 0.0, max = 180.0))]
    pub rotation: f64,
    /// Shift by up to this share of the width and of the height in either direction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub shift: f64,
    /// Enlargement by a factor: `0.2` for factors from 0.8 to 1.2, or `[0.8, 1.1]`.
    pub zoom: Zoom,
    /// Horizontal shear by an angle of up to so many degrees in either direction.
    #[schemars(range(min = 0.0, max = 60.0))]
    pub shear: f64,
    /// Probability that left and right are exchanged.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub horizontal_flip: f64,
    /// Probability that top and bottom are exchanged.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub vertical_flip: f64,
    /// Random crop of the image's own size after padding each side by so many pixels (He et al. 2016,
    /// arXiv 1512.03385, pad CIFAR's 32x32 by 4).
    #[schemars(range(max = 4096))]
    pub crop: usize,
    /// What is seen beyond the border of an image that was moved.
    pub fill: Fill,
    /// The grey level of `fill = "constant"`.
    #[schemars(range(max = 255))]
    pub fill_value: usize,
    /// All levels are multiplied by a factor between 1 minus and 1 plus this.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub brightness: f64,
    /// Distances from the mean grey level are multiplied by a factor between 1 minus and 1 plus this.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contrast: f64,
    /// Standard deviation of the normal noise added to every value, in grey levels.
    #[schemars(range(min = 0.0, max = 128.0))]
    pub noise: f64,
    /// Largest standard deviation of a Gaussian blur, in pixels.
    #[schemars(range(min = 0.0, max = 20.0))]
    pub blur: f64,
    /// A set of operations, of which `num_ops` are drawn for each image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// How many operations of the policy an image goes through.
    #[schemars(range(min = 1, max = 14))]
    pub num_ops: usize,
    /// Strength of the policy's operations.
    #[schemars(range(max = 30))]
    pub magnitude: usize,
    /// Random erasing of a rectangle (Zhong et al. 2020, arXiv 1708.04896).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasing: Option<Erasing>,
    /// Mixup: images are blended with others of their batch (Zhang et al. 2018, arXiv 1710.09412). The
    /// share is drawn from the beta distribution with this alpha for both parameters; 0 is off.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub mixup: f64,
    /// CutMix: a rectangle comes from another image of the batch (Yun et al. 2019, arXiv 1905.04899).
    /// Its share of the area is drawn as that of `mixup`; 0 is off.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub cutmix: f64,
    /// The probability of each change, for those that shall not be made to every image.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// `num_ops` of fourteen operations, all of the same strength (Cubuk et al. 2020, arXiv
    /// 1909.13719).
    RandAugment,
}
