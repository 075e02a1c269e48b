//! What is written and printed after a training.

use std::path::PathBuf;

use anyhow::Result;

use super::args::TrainArgs;
use super::until_signal::UntilSignal;
use crate::commands::output::print;
use crate::commands::{DONE, FAILED};
use crate::report::{Language, Sources, write_page};
use crate::run::{Session, TestedRun, TrainedRun, check_data};
use crate::terminal::{Bars, TrainingDisplay, signals, tell, warn};
use crate::training::StoppedBy;

/// Writes the page about the run, prints the summary, and gives the exit status.
pub fn show(trained: &TrainedRun, display: TrainingDisplay, args: &TrainArgs) -> Result<u8> {
    let TrainedRun {
        session,
        finished,
        summary,
        tested,
    } = trained;
    let mut page = None;
    if let Some(tested) = tested
        && !args.no_report
        && !signals::received()
    {
        // What was learnt is kept, whatever becomes of the page about it.
        match write_report(session, tested, args.lang) {
            Ok(path) => page = Some(path),
            Err(error) => warn(format!("no report: {error:#}")),
        }
    }
    // All is written: whoever reads this may have gone away.
    match display {
        TrainingDisplay::None => {}
        TrainingDisplay::Json => print(serde_json::to_string(summary)?)?,
        _ => print(format!(
            "{summary}kept in {}",
            session.folder.path().display()
        ))?,
    }
    if let (TrainingDisplay::Plain, Some(page)) = (display, page) {
        print(format!("report: {}", page.display()))?;
    }
    if finished.stopped_by == StoppedBy::NotFinite {
        let kept = match finished.state.best {
            Some(best) => format!("the weights of epoch {} are kept", best.epoch),
            None => "no epoch was finished".into(),
        };
        tell(format!(
            "error: the loss became infinite or not a number in epoch {}; {kept}. Try a lower training.learning_rate than {:e}, or training.gradient_clip_norm=1.0",
            finished.state.epoch, session.experiment.training.learning_rate
        ));
        return Ok(FAILED);
    }
    Ok(DONE)
}

/// Writes the page about the run to its folder; where that is.
fn write_report(session: &Session, tested: &TestedRun, language: Language) -> Result<PathBuf> {
    let (run, dataset) = (&tested.run, &session.dataset);
    let valid = run.validate(dataset, &UntilSignal)?;
    let of_earlier_session;
    let check = match &session.data_check {
        Some(check) => check,
        None => {
            of_earlier_session = check_data(&run.experiment, dataset, &Bars::default())?;
            &of_earlier_session
        }
    };
    let sources = Sources {
        run,
        dataset,
        check,
        evaluation: &tested.evaluation,
        test: &tested.predictions,
        valid: valid.as_ref(),
        activation_images: &[],
    };
    let page = write_page(&sources, language, None)?;
    if let Some(problem) = page.problem {
        warn(format!("{:#}", anyhow::Error::from(problem)));
    }
    Ok(page.path)
}
