//! `convlab train`

use std::path::{Path, PathBuf};

use anyhow::Result;
use burn::train::Interrupter;
use clap::ValueEnum;

use super::output::print;
use super::{DONE, FAILED};
use crate::cli::TrainArgs;
use crate::device::DeviceChoice;
use crate::experiment::{self, ConfigError, Experiment};
use crate::progress::Progress;
use crate::report::{Language, Sources, write_page};
use crate::run::{
    RunError, Session, StartedRun, TestedRun, TrainedRun, TrainingOptions, check_data,
};
use crate::terminal::signals::{self, INTERRUPTED};
use crate::terminal::{Bars, TrainingDisplay, tell, warn};
use crate::text::{grouped, shell_word};
use crate::training::{StoppedBy, TrainError};

/// Trains and reports.
pub fn run(args: &TrainArgs) -> Result<u8> {
    let display = args.ui.resolve()?;
    signals::install();
    let started = start(args)?;
    let resume_command = resume_command(args, started.session.folder.path());
    let interrupted = || {
        tell(format!("interrupted; continue with: {resume_command}"));
        Ok(INTERRUPTED)
    };
    let prepared = {
        let _deferred = signals::defer();
        started.prepare(&Bars::cancelled_by(signals::received))
    };
    let prepared = match prepared {
        Err(error) if error.is_interruption() => return interrupted(),
        prepared => prepared?,
    };
    if display == TrainingDisplay::Plain {
        announce(&prepared.session);
    }
    let interrupter = Interrupter::new();
    let _stops = signals::stop_training(&interrupter, &resume_command);
    let observer = display.observer(&interrupter);
    let ended = match prepared.train(observer, &interrupter) {
        Err(RunError::Train(TrainError::Cancelled)) => {
            // The dashboard leaves the cursor within its last line.
            tell("");
            return interrupted();
        }
        ended => ended?,
    };
    if ended.finished.stopped_by == StoppedBy::Interrupted {
        return interrupted();
    }
    match ended.finish(&UntilSignal) {
        Err(error) if error.is_interruption() => interrupted(),
        trained => show(&trained?, display, args),
    }
}

fn start(args: &TrainArgs) -> Result<StartedRun, RunError> {
    let options = TrainingOptions {
        device: args.device.device,
        artifacts: args.artifacts.clone(),
        name: args.name.clone(),
        data_dir: args.data.data_dir.clone(),
        weights_dir: args.weights.weights_dir.clone(),
    };
    let bars = Bars::default();
    match &args.resume {
        Some(run) => StartedRun::resume(run, &args.settings, &options, &bars),
        None => StartedRun::new(new_experiment(&args.settings)?, &options, &bars),
    }
}

fn new_experiment(settings: &[String]) -> Result<Experiment, ConfigError> {
    let (config, overrides) = match settings.split_first() {
        Some((first, rest)) if !first.contains('=') => (Some(Path::new(first)), rest),
        _ => (None, settings),
    };
    experiment::load(config, overrides)
}

/// Shows nothing, and cancels when a signal arrives.
struct UntilSignal;

impl Progress for UntilSignal {
    fn is_cancelled(&self) -> bool {
        signals::received()
    }
}

fn resume_command(args: &TrainArgs, run: &Path) -> String {
    let word = |path: &Path| shell_word(&path.to_string_lossy());
    let mut command = format!("convlab train --resume {}", word(run));
    if let Some(dir) = &args.data.data_dir {
        command += &format!(" --data-dir {}", word(dir));
    }
    if let Some(dir) = &args.weights.weights_dir {
        command += &format!(" --weights-dir {}", word(dir));
    }
    if args.device.device != DeviceChoice::Auto
        && let Some(device) = args.device.device.to_possible_value()
    {
        command += &format!(" --device {}", device.get_name());
    }
    if args.lang != Language::default() {
        command += &format!(" --lang {}", args.lang.code());
    }
    if args.no_report {
        command += " --no-report";
    }
    command
}

fn announce(session: &Session) {
    let Session { dataset, card, .. } = session;
    tell(format!(
        "{}: {} ({} parameters) on {} ({} training, {} validation, {} test images {}), {} backend, seed {}",
        session.folder.path().display(),
        card.model,
        grouped(card.parameters),
        dataset.name,
        grouped(dataset.train.len()),
        grouped(dataset.valid.len()),
        grouped(dataset.test.len()),
        dataset.shape,
        session.backend.name,
        session.experiment.training.seed,
    ));
}

/// Writes the page about the run, prints the summary, and gives the exit status.
fn show(trained: &TrainedRun, display: TrainingDisplay, args: &TrainArgs) -> Result<u8> {
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
        match report(session, tested, args.lang) {
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
fn report(session: &Session, tested: &TestedRun, language: Language) -> Result<PathBuf> {
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
        subjects: &[],
    };
    let page = write_page(&sources, language, None)?;
    if let Some(problem) = page.problem {
        warn(format!("{:#}", anyhow::Error::from(problem)));
    }
    Ok(page.path)
}
