//! The test after a training, and the files about it.

use super::prepare::EndedRun;
use super::session::Session;
use crate::evaluation::{Evaluation, Predictions};
use crate::progress::Progress;
use crate::run::error::RunError;
use crate::run::evaluate::SplitName;
use crate::run::folder::EVALUATION;
use crate::run::opened::OpenedRun;
use crate::run::summary::{Summary, TestFigures};
use crate::training::Finished;
use crate::weights::BEST_WEIGHTS;

/// A training that has ended and was tested.
pub struct TrainedRun {
    pub session: Session,
    pub finished: Finished,
    pub summary: Summary,
    /// `None` where there are no test images, or no epoch was finished.
    pub tested: Option<TestedRun>,
}

/// A run with the best epoch's weights, and what came of the test images.
pub struct TestedRun {
    pub run: OpenedRun,
    pub evaluation: Evaluation,
    pub predictions: Predictions,
}

impl EndedRun {
    /// Tests the best epoch's weights, and writes the summary and the evaluation to the run's folder.
    /// Whether to stop is asked after each batch.
    ///
    /// # Errors
    /// A test image cannot be read, a file not be written, the device failed, or it was cancelled.
    pub fn finish(mut self, progress: &dyn Progress) -> Result<TrainedRun, RunError> {
        let folder = &self.session.folder;
        let is_testable =
            folder.file(BEST_WEIGHTS).exists() && !self.session.dataset.test.is_empty();
        let tested = match is_testable {
            true => Some(self.test(progress)?),
            false => None,
        };
        let Self {
            session, finished, ..
        } = self;
        let figures = tested.as_ref().map(|tested| &tested.evaluation);
        let summary = Summary::new(
            (&session.folder, &session.card),
            (&session.backend, session.experiment.training.seed),
            &session.dataset,
            &finished,
            figures.map(TestFigures::from),
        );
        summary.write(&session.folder)?;
        if let Some(evaluation) = figures {
            session.folder.write_json(EVALUATION, evaluation)?;
        }
        Ok(TrainedRun {
            session,
            finished,
            summary,
            tested,
        })
    }

    fn test(&mut self, progress: &dyn Progress) -> Result<TestedRun, RunError> {
        let Session {
            folder,
            backend,
            dataset,
            ..
        } = &self.session;
        let mut run = OpenedRun::open(folder.path(), backend.clone())?;
        run.head_features = self.head_features.take();
        let (evaluation, predictions) = run.evaluate(dataset, SplitName::Test, None, progress)?;
        Ok(TestedRun {
            run,
            evaluation,
            predictions,
        })
    }
}
