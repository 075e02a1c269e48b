//! `[preprocess]`: how every image is processed before it is converted to the network's colours and
//! size.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::data::Normalize;
use crate::preparation::{Operation, Pipeline, Step};

/// `[preprocess]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreprocessConfig {
    /// In the order in which they are applied, see [`preparation`](crate::preparation); the last
    /// may be `normalize`, which is another way to write `data.normalize`.
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
