//! `augment.probabilities`.

use serde::{Deserialize, Serialize};

/// `augment.probabilities`: the probability of each change, `0` to `1`; `1` where not given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table such as { blur = 0.3 }"
)]
pub struct Probabilities {
    pub rotation: f64,
    pub shift: f64,
    pub zoom: f64,
    pub shear: f64,
    pub crop: f64,
    pub brightness: f64,
    pub contrast: f64,
    pub noise: f64,
    pub blur: f64,
    pub policy: f64,
    /// Where mixup and CutMix are both drawn for an image, one of them is used, either equally likely.
    pub mixup: f64,
    pub cutmix: f64,
}

impl Default for Probabilities {
    fn default() -> Self {
        Self {
            rotation: 1.0,
            shift: 1.0,
            zoom: 1.0,
            shear: 1.0,
            crop: 1.0,
            brightness: 1.0,
            contrast: 1.0,
            noise: 1.0,
            blur: 1.0,
            policy: 1.0,
            mixup: 1.0,
            cutmix: 1.0,
        }
    }
}
