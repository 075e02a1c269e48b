//! The list of steps as a whole.

use serde::{Deserialize, Serialize};

use super::check::{StepError, check};
use super::picture::Picture;
use super::pictures::{ORIGINAL, Pictures};
use super::step::Step;
use crate::fingerprint::Fingerprint;

/// The version of this program since which equal steps have equal results. Raise it to the next one
/// with every change after which a step gives other pixels: earlier runs are then refused, because
/// their images are not what they were.
const SINCE: &str = "0.1.0";

/// A list of steps that passed its check.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct Pipeline {
    steps: Vec<Step>,
}

impl Pipeline {
    /// No steps: pictures stay as they are.
    pub const fn none() -> Self {
        Self { steps: Vec::new() }
    }

    /// The steps in their order.
    ///
    /// # Errors
    /// A setting is out of range or has no effect, or a step refers to a name that no earlier step
    /// keeps.
    pub fn new(steps: Vec<Step>) -> Result<Self, StepError> {
        check(&steps)?;
        Ok(Self { steps })
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the steps make of `picture`.
    pub fn run(&self, picture: Picture) -> Picture {
        self.run_watched(picture, &mut |_, _| {})
    }

    /// The same; `watch` receives `original` with the picture as it was read, then each step's label
    /// with its result.
    pub fn run_watched(&self, picture: Picture, watch: &mut dyn FnMut(&str, &Picture)) -> Picture {
        watch(ORIGINAL, &picture);
        let mut pictures = Pictures::new(picture);
        // A copy of a large photograph takes memory, and most lists do not need one.
        if self.steps.iter().any(|step| step.refers_to(ORIGINAL)) {
            pictures.keep(ORIGINAL);
        }
        for step in &self.steps {
            step.apply(&mut pictures);
            watch(&step.label(), pictures.current());
        }
        pictures.into_current()
    }

    /// A checksum of everything that the result depends on besides the picture: 64 hexadecimal
    /// digits.
    pub fn fingerprint(&self) -> String {
        let mut fingerprint = Fingerprint::new();
        fingerprint.text(SINCE);
        // Runs and prepared folders record it: renaming a field or a variant of an operation makes
        // them look as if they were prepared otherwise.
        fingerprint.text(&format!("{:?}", self.steps));
        fingerprint.finish()
    }
}

impl TryFrom<Vec<Step>> for Pipeline {
    type Error = StepError;

    fn try_from(steps: Vec<Step>) -> Result<Self, StepError> {
        Self::new(steps)
    }
}

impl From<Pipeline> for Vec<Step> {
    fn from(pipeline: Pipeline) -> Self {
        pipeline.steps
    }
}
