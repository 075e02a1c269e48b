//! `convlab train`

mod args;
mod outcome;
mod resume_command;
mod until_signal;

use std::path::Path;

use anyhow::Result;
use burn::train::Interrupter;

use crate::experiment::{self, ConfigError, Experiment};
use crate::run::{RunError, Session, StartedRun, TrainingOptions};
use crate::terminal::signals::{self, INTERRUPTED};
use crate::terminal::{Bars, TrainingDisplay, tell};
use crate::text::grouped;
use crate::training::{StoppedBy, TrainError};

use resume_command::resume_command;
use until_signal::UntilSignal;

pub use args::TrainArgs;

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
        trained => outcome::show(&trained?, display, args),
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
