//! Measuring a run on a split of its data.

use super::error::RunError;
use super::folder::EVALUATION;
use super::opened::OpenedRun;
use crate::data::{Dataset, Split};
use crate::evaluation::{Evaluation, EvaluationError, Predictions, batch_size, evaluate};
use crate::inspection::InspectionError;
use crate::loss::Loss;
use crate::models::Network;
use crate::progress::{Progress, Running, Stage};

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitName {
    Train,
    Valid,
    Test,
}

impl SplitName {
    pub fn name(self) -> &'static str {
        match self {
            SplitName::Train => "train",
            SplitName::Valid => "valid",
            SplitName::Test => "test",
        }
    }

    pub fn of(self, dataset: &Dataset) -> &Split {
        match self {
            SplitName::Train => &dataset.train,
            SplitName::Valid => &dataset.valid,
            SplitName::Test => &dataset.test,
        }
    }

    /// The file in a run's folder that keeps the evaluation on this split.
    pub fn evaluation_file(self) -> String {
        match self {
            SplitName::Test => EVALUATION.into(),
            split => format!("evaluation-{}.json", split.name()),
        }
    }
}

impl OpenedRun {
    /// Evaluates the network on a split of `dataset`, `at_once` images at a time, by default as many
    /// as suit their size. Whether to stop is asked after each batch.
    ///
    /// # Errors
    /// There are no images, one cannot be read, the device failed, or it was cancelled.
    pub fn evaluate(
        &self,
        dataset: &Dataset,
        split: SplitName,
        at_once: Option<usize>,
        progress: &dyn Progress,
    ) -> Result<(Evaluation, Predictions), EvaluationError> {
        let head = match (&self.head_features, &self.network, split) {
            (Some(features), Network::Backbone(whole), SplitName::Valid | SplitName::Test) => {
                Some((Network::Backbone(whole.head_alone()), split.of(features)))
            }
            _ => None,
        };
        let (network, images) = match &head {
            Some((head, features)) => (head, *features),
            None => (&self.network, split.of(dataset)),
        };
        let loss = Loss::new(
            &self.experiment.training,
            &dataset.train,
            dataset.classes.len(),
        );
        let mut stage = Running::begin(
            progress,
            Stage::images("evaluating"),
            Some(images.len() as u64),
        );
        evaluate(
            network,
            &loss,
            (split.name(), images),
            &dataset.classes,
            &self.backend.device,
            at_once.unwrap_or(batch_size(dataset.shape)),
            |done| {
                stage.advance_to(done as u64);
                !progress.is_cancelled()
            },
        )
    }

    /// The evaluation on the test images, as a report needs it.
    ///
    /// # Errors
    /// There are no test images, or the network does not answer with finite numbers; else as for
    /// [`evaluate`](Self::evaluate).
    pub fn test(
        &self,
        dataset: &Dataset,
        progress: &dyn Progress,
    ) -> Result<(Evaluation, Predictions), RunError> {
        if dataset.test.is_empty() {
            return Err(RunError::NoTestImages {
                run: self.folder.path().to_path_buf(),
            });
        }
        let (evaluation, predictions) = self.evaluate(dataset, SplitName::Test, None, progress)?;
        match predictions.are_finite() {
            true => Ok((evaluation, predictions)),
            false => Err(InspectionError::NotFinite.into()),
        }
    }

    /// The predictions for the validation images; `None` where there are none.
    ///
    /// # Errors
    /// As for [`evaluate`](Self::evaluate).
    pub fn validate(
        &self,
        dataset: &Dataset,
        progress: &dyn Progress,
    ) -> Result<Option<Predictions>, RunError> {
        if dataset.valid.is_empty() {
            return Ok(None);
        }
        let (_, predictions) = self.evaluate(dataset, SplitName::Valid, None, progress)?;
        Ok(Some(predictions))
    }
}
