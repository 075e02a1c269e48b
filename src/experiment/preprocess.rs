//! `[preprocess]`: what becomes of every image before it is brought to the network's colours and
//! size.

use serde::{Deserialize, Serialize};
use toml::Table;

use super::Experiment;
use super::place::Problem;
use crate::preparation::{Operation, Pipeline, Step};

/// `[preprocess]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreprocessConfig {
    /// In their order, see [`preparation`](crate::preparation); the last may be `normalize`, which
    /// is another way to write `data.normalize`.
    pub steps: Vec<Step>,
}

impl PreprocessConfig {
    /// Whether images stay as they are.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Checks the steps, and has a last step `normalize` be `data.normalize`; `given` is what was
/// written.
///
/// # Errors
/// A step that makes no sense, or two ways to normalise.
pub fn settle(experiment: &mut Experiment, given: &Table) -> Result<(), Problem> {
    let steps = &mut experiment.preprocess.steps;
    Pipeline::new(steps.clone())
        .map_err(|error| Problem::new(format!("preprocess.steps{}", error.key), error.message))?;
    let Some(Operation::Normalize(normalize)) = steps.last().map(|step| &step.operation) else {
        return Ok(());
    };
    let data = given.get("data");
    if let Some(other) = data.and_then(|data| data.get("normalize")) {
        let key = format!("preprocess.steps[{}].normalize", steps.len() - 1);
        let message = format!(
            "data.normalize = {other} says how to normalise as well; remove one of the two"
        );
        return Err(Problem::new(key, message).or_at("data.normalize"));
    }
    experiment.data.normalize = *normalize;
    steps.pop();
    Ok(())
}
