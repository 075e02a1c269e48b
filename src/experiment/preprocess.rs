//! `[preprocess]`: how every image is processed before it is converted to the network's colours and
//! size.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::data::Normalize;
use crate::preparation::{Operation, Pipeline, Step};

/// What is done to every image, in training and at prediction alike, before it is brought to the
/// network's colours and size.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreprocessConfig {
    /// The steps in the order in which they are applied. A step is a table with one operation, and
    /// perhaps `from` and `keep`: `{ clahe = { tiles = 4 }, keep = "even" }`. An operation whose
    /// settings all have defaults may be given by its name alone: `"clahe"`.
    #[schemars(length(max = 100))]
    pub steps: Vec<Step>,
}

impl PreprocessConfig {
    /// Whether images stay as they are.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// # Errors
    /// A step whose settings are out of range, without effect or contradict each other.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let checked = Pipeline::new(self.steps.clone());
        checked
            .map(drop)
            .map_err(|error| Problem::new(format!("preprocess.steps{}", error.key), error.message))
    }

    /// Removes a last step `normalize` and returns its value, for it is a setting of the data.
    pub(super) fn take_normalize(&mut self) -> Option<Normalize> {
        let Some(Operation::Normalize(normalize)) = self.steps.last().map(|step| &step.operation)
        else {
            return None;
        };
        let normalize = *normalize;
        self.steps.pop();
        Some(normalize)
    }
}
