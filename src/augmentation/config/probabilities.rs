//! `augment.probabilities`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `augment.probabilities`: the probability of each change, `0` to `1`; `1` where not given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table such as { blur = 0.3 }"
)]
pub struct Probabilities {
    /// Probability of `rotation`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub rotation: f64,
    /// Probability of `shift`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub shift: f64,
    /// Probability of `zoom`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub zoom: f64,
    /// Probability of `shear`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub shear: f64,
    /// Probability of `crop`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub crop: f64,
    /// Probability of `brightness`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub brightness: f64,
    /// Probability of `contrast`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contrast: f64,
    /// Probability of `noise`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub noise: f64,
    /// Probability of `blur`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub blur: f64,
    /// Probability of the operations of `policy`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub policy: f64,
    /// Probability of `mixup`. Where it and `cutmix` are both drawn for an image, one of them is used,
    /// either equally likely.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub mixup: f64,
    /// Probability of `cutmix`.
    #[schemars(range(min = 0.0, max = 1.0))]
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
