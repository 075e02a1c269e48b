//! Values of `[augment]` that make no sense, or have no effect.

use super::config::{AugmentConfig, Erasing, Fill};

/// A key within `[augment]`, and what is wrong with its value.
type Mistake = (String, String);

impl AugmentConfig {
    /// # Errors
    /// The first key whose value is out of range or without effect, and what to do.
    pub fn check(&self) -> Result<(), (String, String)> {
        within("rotation", self.rotation, 0.0, 180.0)?;
        within("shift", self.shift, 0.0, 1.0)?;
        within("shear", self.shear, 0.0, 60.0)?;
        self.check_zoom()?;
        within("horizontal_flip", self.horizontal_flip, 0.0, 1.0)?;
        within("vertical_flip", self.vertical_flip, 0.0, 1.0)?;
        whole("crop", self.crop, 0, 4096)?;
        whole("fill_value", self.fill_value, 0, 255)?;
        if self.fill_value != 0 && self.fill != Fill::Constant {
            return mistake(
                "fill_value",
                "only fill = \"constant\" uses it; set that, or remove it",
            );
        }
        within("brightness", self.brightness, 0.0, 1.0)?;
        within("contrast", self.contrast, 0.0, 1.0)?;
        within("noise", self.noise, 0.0, 128.0)?;
        within("blur", self.blur, 0.0, 20.0)?;
        self.check_policy()?;
        if let Some(erasing) = &self.erasing {
            erasing.check()?;
        }
        within("mixup", self.mixup, 0.0, 100.0)?;
        within("cutmix", self.cutmix, 0.0, 100.0)?;
        self.check_probabilities()
    }

    fn check_zoom(&self) -> Result<(), Mistake> {
        let (least, most) = (self.zoom.least, self.zoom.most);
        if least >= 0.1 && least <= most && most <= 10.0 {
            return Ok(());
        }
        mistake(
            "zoom",
            &format!(
                "expected factors from 0.1 to 10, the least first, received [{least}, {most}]; one number such as 0.2 means [0.8, 1.2]"
            ),
        )
    }

    fn check_policy(&self) -> Result<(), Mistake> {
        whole("num_ops", self.num_ops, 1, 14)?;
        whole("magnitude", self.magnitude, 0, 30)?;
        let usual = Self::default();
        for (key, value, usual) in [
            ("num_ops", self.num_ops, usual.num_ops),
            ("magnitude", self.magnitude, usual.magnitude),
        ] {
            if self.policy.is_none() && value != usual {
                return mistake(
                    key,
                    "only a policy uses it; set policy = \"randaugment\", or remove it",
                );
            }
        }
        Ok(())
    }

    fn check_probabilities(&self) -> Result<(), Mistake> {
        let often = &self.probabilities;
        let zooms = (self.zoom.least, self.zoom.most) != (1.0, 1.0);
        for (key, probability, is_on) in [
            ("rotation", often.rotation, self.rotation > 0.0),
            ("shift", often.shift, self.shift > 0.0),
            ("zoom", often.zoom, zooms),
            ("shear", often.shear, self.shear > 0.0),
            ("crop", often.crop, self.crop > 0),
            ("brightness", often.brightness, self.brightness > 0.0),
            ("contrast", often.contrast, self.contrast > 0.0),
            ("noise", often.noise, self.noise > 0.0),
            ("blur", often.blur, self.blur > 0.0),
            ("policy", often.policy, self.policy.is_some()),
            ("mixup", often.mixup, self.mixup > 0.0),
            ("cutmix", often.cutmix, self.cutmix > 0.0),
        ] {
            let path = format!("probabilities.{key}");
            within(&path, probability, 0.0, 1.0)?;
            if probability != 1.0 && !is_on {
                return mistake(
                    &path,
                    &format!("augment.{key} is off; set it, or remove its probability"),
                );
            }
        }
        Ok(())
    }
}

impl Erasing {
    fn check(&self) -> Result<(), Mistake> {
        within("erasing.probability", self.probability, 0.0, 1.0)?;
        for (key, [least, most], lowest, highest) in [
            ("erasing.area", self.area, 1e-4, 1.0),
            ("erasing.ratio", self.ratio, 0.01, 100.0),
        ] {
            if !(lowest <= least && least <= most && most <= highest) {
                return mistake(
                    key,
                    &format!(
                        "expected two numbers from {lowest} to {highest}, the least first, received [{least}, {most}]"
                    ),
                );
            }
        }
        Ok(())
    }
}

fn mistake(key: &str, message: &str) -> Result<(), Mistake> {
    Err((key.into(), message.into()))
}

fn within(key: &str, value: f64, least: f64, most: f64) -> Result<(), Mistake> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => mistake(
            key,
            &format!("expected a number from {least} to {most}, received {value}"),
        ),
    }
}

fn whole(key: &str, value: usize, least: usize, most: usize) -> Result<(), Mistake> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => mistake(
            key,
            &format!("expected a whole number from {least} to {most}, received {value}"),
        ),
    }
}
