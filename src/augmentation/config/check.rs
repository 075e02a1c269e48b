//! Values of `[augment]` that are out of range or have no effect.

use super::range::{AugmentError, whole, within};
use super::{AugmentConfig, Fill};

impl AugmentConfig {
    /// # Errors
    /// The first key whose value is out of range or has no effect, and what to do.
    pub fn check(&self) -> Result<(), AugmentError> {
        within("rotation", self.rotation, 0.0..=180.0)?;
        within("shift", self.shift, 0.0..=1.0)?;
        within("shear", self.shear, 0.0..=60.0)?;
        self.zoom.check()?;
        within("horizontal_flip", self.horizontal_flip, 0.0..=1.0)?;
        within("vertical_flip", self.vertical_flip, 0.0..=1.0)?;
        whole("crop", self.crop, 0..=4096)?;
        whole("fill_value", self.fill_value, 0..=255)?;
        if self.fill_value != 0 && self.fill != Fill::Constant {
            let message = "only fill = \"constant\" uses it; set that, or remove it";
            return Err(AugmentError::new("fill_value", message));
        }
        within("brightness", self.brightness, 0.0..=1.0)?;
        within("contrast", self.contrast, 0.0..=1.0)?;
        within("noise", self.noise, 0.0..=128.0)?;
        within("blur", self.blur, 0.0..=20.0)?;
        self.check_policy()?;
        if let Some(erasing) = &self.erasing {
            erasing.check()?;
        }
        within("mixup", self.mixup, 0.0..=100.0)?;
        within("cutmix", self.cutmix, 0.0..=100.0)?;
        self.check_probabilities()
    }

    fn check_policy(&self) -> Result<(), AugmentError> {
        whole("num_ops", self.num_ops, 1..=14)?;
        whole("magnitude", self.magnitude, 0..=30)?;
        let default = Self::default();
        for (key, value, default) in [
            ("num_ops", self.num_ops, default.num_ops),
            ("magnitude", self.magnitude, default.magnitude),
        ] {
            if self.policy.is_none() && value != default {
                let message = "only a policy uses it; set policy = \"randaugment\", or remove it";
                return Err(AugmentError::new(key, message));
            }
        }
        Ok(())
    }

    fn check_probabilities(&self) -> Result<(), AugmentError> {
        let probabilities = &self.probabilities;
        for (key, probability, is_on) in [
            ("rotation", probabilities.rotation, self.rotation > 0.0),
            ("shift", probabilities.shift, self.shift > 0.0),
            ("zoom", probabilities.zoom, self.zoom.is_on()),
            ("shear", probabilities.shear, self.shear > 0.0),
            ("crop", probabilities.crop, self.crop > 0),
            (
                "brightness",
                probabilities.brightness,
                self.brightness > 0.0,
            ),
            ("contrast", probabilities.contrast, self.contrast > 0.0),
            ("noise", probabilities.noise, self.noise > 0.0),
            ("blur", probabilities.blur, self.blur > 0.0),
            ("policy", probabilities.policy, self.policy.is_some()),
            ("mixup", probabilities.mixup, self.mixup > 0.0),
            ("cutmix", probabilities.cutmix, self.cutmix > 0.0),
        ] {
            let path = format!("probabilities.{key}");
            within(&path, probability, 0.0..=1.0)?;
            if probability != 1.0 && !is_on {
                let message = format!("augment.{key} is off; set it, or remove its probability");
                return Err(AugmentError::new(&path, message));
            }
        }
        Ok(())
    }
}
