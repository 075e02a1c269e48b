use crate::data::Dataset;
use crate::data::check::DataCheck;
use crate::evaluation::{Evaluation, Predictions};
use crate::run::OpenedRun;

/// What a report about one run is made from.
pub struct Sources<'a> {
    pub run: &'a OpenedRun,
    pub dataset: &'a Dataset,
    pub check: &'a DataCheck,
    /// Of the test images.
    pub evaluation: &'a Evaluation,
    /// For the test images.
    pub test: &'a Predictions,
    /// For the validation images, on which the temperature is fitted; `None` where there are none.
    pub valid: Option<&'a Predictions>,
    /// Test images whose activations are shown; where empty, the first three of one class.
    pub activation_images: &'a [usize],
}
