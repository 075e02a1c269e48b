//! Steps that read well but make no sense.

use std::collections::BTreeSet;

use super::blur::BlurMethod;
use super::mask::Background;
use super::threshold::ThresholdMethod;
use super::{ORIGINAL, Operation, Step};
use crate::text::did_you_mean;

/// A mistake in a list of steps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct StepError {
    /// Below the list, e.g. `[2].clahe.tiles`.
    pub key: String,
    /// What was expected, what was received, and what to do.
    pub message: String,
}

/// Steps in a list: more are a mistake, and every kept picture takes memory.
const MOST_STEPS: usize = 100;

/// # Errors
/// The first value out of range or without effect, or name that no earlier step has kept.
pub(super) fn check(steps: &[Step]) -> Result<(), StepError> {
    if steps.len() > MOST_STEPS {
        return Err(StepError {
            key: String::new(),
            message: format!(
                "expected at most {MOST_STEPS} steps, received {}",
                steps.len()
            ),
        });
    }
    let mut known = BTreeSet::from([ORIGINAL]);
    for (index, step) in steps.iter().enumerate() {
        let at = At { index, step };
        at.settings()?;
        at.names(&known)?;
        if matches!(step.operation, Operation::Normalize(_)) && index + 1 < steps.len() {
            return Err(at.wrong(
                "",
                "only the last step can be normalize; move it to the end",
            ));
        }
        if let Some(name) = &step.keep {
            if name == ORIGINAL || name.is_empty() {
                let message = format!(
                    "\"{name}\" cannot name a result, \"{ORIGINAL}\" is the picture as it came; choose another name"
                );
                return Err(at.wrong_beside("keep", message));
            }
            known.insert(name);
        }
    }
    Ok(())
}

/// A step and its place in the list.
struct At<'a> {
    index: usize,
    step: &'a Step,
}

impl At<'_> {
    /// A mistake in `setting` of the operation, or in the operation as a whole.
    fn wrong(&self, setting: &str, message: impl Into<String>) -> StepError {
        let dot = if setting.is_empty() { "" } else { "." };
        StepError {
            key: format!(
                "[{}].{}{dot}{setting}",
                self.index,
                self.step.operation.name()
            ),
            message: message.into(),
        }
    }

    fn wrong_beside(&self, key: &str, message: String) -> StepError {
        StepError {
            key: format!("[{}].{key}", self.index),
            message,
        }
    }

    fn whole(&self, setting: &str, value: u32, (least, most): (u32, u32)) -> Result<(), StepError> {
        match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(self.wrong(
                setting,
                format!("expected {least} to {most}, received {value}"),
            )),
        }
    }

    fn odd(&self, setting: &str, value: u32, most: u32) -> Result<(), StepError> {
        match (3..=most).contains(&value) && value % 2 == 1 {
            true => Ok(()),
            false => Err(self.wrong(
                setting,
                format!("expected an odd number from 3 to {most}, received {value}"),
            )),
        }
    }

    fn number(
        &self,
        setting: &str,
        value: f64,
        (least, most): (f64, f64),
    ) -> Result<(), StepError> {
        match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(self.wrong(
                setting,
                format!("expected {least} to {most}, received {value}"),
            )),
        }
    }

    /// Refuses a setting that only `user` looks at.
    fn without_effect(&self, setting: &str, given: bool, user: &str) -> Result<(), StepError> {
        match given {
            false => Ok(()),
            true => Err(self.wrong(setting, format!("only {user} uses it; remove it"))),
        }
    }

    fn settings(&self) -> Result<(), StepError> {
        match &self.step.operation {
            Operation::Resize(size) => {
                self.whole("height", size.height, (1, 4096))?;
                self.whole("width", size.width, (1, 4096))
            }
            Operation::Clahe(clahe) => {
                self.number("clip_limit", clahe.clip_limit, (0.0, 1000.0))?;
                self.whole("tiles", clahe.tiles, (1, 64))
            }
            Operation::Gamma(gamma) => self.number("", *gamma, (0.01, 100.0)),
            Operation::Blur(blur) => {
                let median = blur.method == BlurMethod::Median;
                self.without_effect("sigma", median && blur.sigma.is_some(), GAUSSIAN)?;
                self.without_effect("size", !median && blur.size.is_some(), MEDIAN)?;
                blur.sigma
                    .map_or(Ok(()), |sigma| self.number("sigma", sigma, SIGMA))?;
                blur.size.map_or(Ok(()), |size| self.odd("size", size, 99))
            }
            Operation::Threshold(threshold) => {
                let fixed = threshold.method == ThresholdMethod::Fixed;
                let adaptive = !fixed && threshold.method != ThresholdMethod::Otsu;
                let (size, offset) = (threshold.block_size, threshold.offset);
                self.without_effect("level", !fixed && threshold.level.is_some(), FIXED)?;
                self.without_effect("block_size", !adaptive && size.is_some(), ADAPTIVE)?;
                self.without_effect("offset", !adaptive && offset.is_some(), ADAPTIVE)?;
                if fixed && threshold.level.is_none() {
                    let message = "method = \"fixed\" needs the level, 0 to 255, e.g. level = 127";
                    return Err(self.wrong("level", message));
                }
                size.map_or(Ok(()), |size| self.odd("block_size", size, 255))?;
                let right = offset.is_none_or(|offset| (-255..=255).contains(&offset));
                match (right, offset) {
                    (false, Some(offset)) => {
                        Err(self
                            .wrong("offset", format!("expected -255 to 255, received {offset}")))
                    }
                    _ => Ok(()),
                }
            }
            Operation::Morphology(morphology) => {
                self.odd("size", morphology.size.into(), 99)?;
                self.whole("iterations", morphology.iterations.into(), (1, 100))
            }
            Operation::RemoveSmall(remove) => {
                if remove.area.is_none() && remove.largest.is_none() {
                    let message = "expected area, largest or both, e.g. { area = 50 }";
                    return Err(self.wrong("", message));
                }
                let any = (1, i32::MAX as u32);
                self.whole("area", remove.area.unwrap_or(1), any)?;
                self.whole("largest", remove.largest.unwrap_or(1), any)
            }
            Operation::BoundingCrop(crop) => self.whole("margin", crop.margin, (0, 4096)),
            Operation::ApplyMask(apply) => {
                let blurred = apply.background == Background::Blurred;
                self.without_effect("sigma", !blurred && apply.sigma.is_some(), BLURRED)?;
                (apply.sigma).map_or(Ok(()), |sigma| self.number("sigma", sigma, SIGMA))
            }
            Operation::Grayscale
            | Operation::Equalize
            | Operation::FillHoles(_)
            | Operation::Channel(_)
            | Operation::Normalize(_) => Ok(()),
        }
    }

    /// Names of pictures must be those of earlier steps.
    fn names(&self, known: &BTreeSet<&str>) -> Result<(), StepError> {
        let look = |name: &str, error: &dyn Fn(String) -> StepError| {
            if known.contains(name) {
                return Ok(());
            }
            let all: Vec<&str> = known.iter().copied().collect();
            let hint = did_you_mean(name, all.iter().copied());
            Err(error(format!(
                "no earlier step keeps \"{name}\"{hint}; known here: {}; keep a result with {{ ..., keep = \"{name}\" }}",
                all.join(", ")
            )))
        };
        if let Some(name) = &self.step.from {
            look(name, &|message| self.wrong_beside("from", message))?;
        }
        let (mask, to) = match &self.step.operation {
            Operation::BoundingCrop(crop) => (&crop.mask, None),
            Operation::ApplyMask(apply) => (&apply.mask, Some(&apply.to)),
            _ => return Ok(()),
        };
        if let Some(name) = mask {
            look(name, &|message| self.wrong("mask", message))?;
        }
        match to {
            Some(name) => look(name, &|message| self.wrong("to", message)),
            None => Ok(()),
        }
    }
}

const SIGMA: (f64, f64) = (0.1, 50.0);
const GAUSSIAN: &str = "method = \"gaussian\"";
const MEDIAN: &str = "method = \"median\"";
const FIXED: &str = "method = \"fixed\"";
const ADAPTIVE: &str = "method = \"adaptive-mean\" or \"adaptive-gaussian\"";
const BLURRED: &str = "background = \"blurred\"";
