//! Mistakes in a list of steps that can be read: settings out of range, unknown names.

use std::collections::BTreeSet;

use super::pictures::ORIGINAL;
use super::step::Step;
use crate::text::did_you_mean;

/// A mistake in a list of steps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct StepError {
    /// Where in the list, e.g. `[2].clahe.tiles`.
    pub key: String,
    /// What was expected, what was received, and what to do.
    pub message: String,
}

/// More steps are refused: a longer list is a mistake, and every kept picture takes memory.
const MAX_STEPS: usize = 100;

/// # Errors
/// The first setting that is out of range or has no effect, or name that no earlier step keeps.
pub fn check(steps: &[Step]) -> Result<(), StepError> {
    if steps.len() > MAX_STEPS {
        return Err(StepError {
            key: String::new(),
            message: format!(
                "expected at most {MAX_STEPS} steps, received {}",
                steps.len()
            ),
        });
    }
    let mut known = BTreeSet::from([ORIGINAL]);
    for (index, step) in steps.iter().enumerate() {
        let place = Place { index, step };
        place.check_settings()?;
        place.check_references(&known)?;
        if step.operation.transform().is_last() && index + 1 < steps.len() {
            let name = step.operation.name();
            let message = format!("only the last step can be {name}; move it to the end");
            return Err(place.in_operation("", message));
        }
        if let Some(name) = &step.keep {
            if name == ORIGINAL || name.is_empty() {
                let message = format!(
                    "\"{name}\" cannot name a result, \"{ORIGINAL}\" is the picture as it came; choose another name"
                );
                return Err(place.in_step("keep", message));
            }
            known.insert(name);
        }
    }
    Ok(())
}

/// A step and its place in the list.
struct Place<'a> {
    index: usize,
    step: &'a Step,
}

impl Place<'_> {
    /// A mistake in `setting` of the operation; in the operation as a whole where it is empty.
    fn in_operation(&self, setting: &str, message: String) -> StepError {
        let dot = if setting.is_empty() { "" } else { "." };
        let name = self.step.operation.name();
        StepError {
            key: format!("[{}].{name}{dot}{setting}", self.index),
            message,
        }
    }

    /// A mistake in `from` or `keep`.
    fn in_step(&self, key: &str, message: String) -> StepError {
        StepError {
            key: format!("[{}].{key}", self.index),
            message,
        }
    }

    fn check_settings(&self) -> Result<(), StepError> {
        (self.step.operation.transform().check())
            .map_err(|error| self.in_operation(error.setting, error.message))
    }

    /// Refuses names that are not among the `known` ones.
    fn check_references(&self, known: &BTreeSet<&str>) -> Result<(), StepError> {
        if let Some(name) = &self.step.from {
            find(name, known).map_err(|message| self.in_step("from", message))?;
        }
        for (setting, name) in self.step.operation.transform().references() {
            find(name, known).map_err(|message| self.in_operation(setting, message))?;
        }
        Ok(())
    }
}

/// # Errors
/// What to say about a name that is not among the `known` ones.
fn find(name: &str, known: &BTreeSet<&str>) -> Result<(), String> {
    if known.contains(name) {
        return Ok(());
    }
    let all: Vec<&str> = known.iter().copied().collect();
    let hint = did_you_mean(name, all.iter().copied());
    Err(format!(
        "no earlier step keeps \"{name}\"{hint}; known here: {}; keep a result with {{ ..., keep = \"{name}\" }}",
        all.join(", ")
    ))
}
