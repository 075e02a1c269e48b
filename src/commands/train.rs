//! `convlab train`

use std::fs::File;
use std::path::Path;

use anyhow::{Result, bail};
use burn::train::Interrupter;
use clap::ValueEnum;
use time::OffsetDateTime;
use time::macros::format_description;

use super::opened::Opened;
use super::summary::{Summary, TestFigures};
use super::{DONE, FAILED, check_data, print, report};
use crate::artifacts::{
    CONFIG, DATA_CHECK, EVALUATION, MODEL, ModelCard, RunFolder, SUMMARY, WEIGHTS,
};
use crate::cli::TrainArgs;
use crate::data::check::{About, DataCheck, Level};
use crate::data::{Dataset, SkippedFile};
use crate::device;
use crate::device::{Backend, DeviceChoice};
use crate::evaluation::{Evaluation, EvaluationError, Predictions};
use crate::experiment::{self, Experiment};
use crate::models::{LoadReport, Network};
use crate::preparation::Pipeline;
use crate::progress::Progress;
use crate::report::Language;
use crate::run::open_dataset;
use crate::terminal::signals::{self, INTERRUPTED};
use crate::terminal::{Bars, TrainingDisplay, tell};
use crate::text::{grouped, shell_word};
use crate::training::{self, Finished, StoppedBy, TrainError, Trainable, TrainingJob};

/// All that a training works with.
pub(super) struct Session {
    pub experiment: Experiment,
    pub backend: Backend,
    pub dataset: Dataset,
    /// What is learnt from in place of the images, where features of them are kept.
    features: Option<Dataset>,
    pub card: ModelCard,
    pub run: RunFolder,
    /// The command that continues the run.
    resume_command: String,
    /// Held until the end.
    _lock: File,
}

/// Trains and reports.
pub fn run(args: TrainArgs) -> Result<u8> {
    let display = args.ui.resolve()?;
    signals::install();
    let (session, trainable) = match open(&args) {
        Err(error) if stopped_early(&error) => return Ok(INTERRUPTED),
        opened => opened?,
    };
    if display == TrainingDisplay::Plain {
        announce(&session);
    }
    let job = TrainingJob {
        experiment: &session.experiment,
        dataset: &session.dataset,
        backend: &session.backend,
        folder: session.run.path(),
    };
    let interrupter = Interrupter::new();
    // Until the end of the command, over the test as well.
    let _stops = signals::stop_training(&interrupter, &session.resume_command);
    let observer = display.observer(&interrupter);
    let resume = args.resume.is_some();
    let finished = training::train(&job, trainable, resume, observer, &interrupter);
    match finished {
        Err(TrainError::Cancelled) => {
            // The dashboard leaves the cursor within its last line.
            tell("");
            Ok(interrupted(&session))
        }
        finished => finish(session, &finished?, display, &args),
    }
}

/// Reads the configuration, opens device and data, and makes or reopens the run's folder.
fn open(args: &TrainArgs) -> Result<(Session, Trainable)> {
    let (experiment, resumed) = match &args.resume {
        Some(path) => {
            let run = RunFolder::open(path)?;
            let lock = run.lock()?;
            (resumed_experiment(&run, &args.settings)?, Some((run, lock)))
        }
        None => (new_experiment(&args.settings)?, None),
    };
    let backend = device::open(args.device.device, &Bars::default())?;
    let data_dir = args.data.data_dir.as_deref();
    let dataset = open_dataset(&experiment, data_dir, &Bars::default())?;
    report_skipped(&dataset);
    let check = match resumed {
        None => Some(checked(&experiment, &dataset)?),
        Some(_) => None,
    };
    // Before a folder is made: a network that does not fit leaves nothing behind.
    let network = started(args, &experiment, &dataset, &backend, resumed.as_ref())?;
    let card = ModelCard {
        convlab: env!("CARGO_PKG_VERSION").into(),
        model: experiment.model.name().into(),
        input: dataset.shape,
        classes: dataset.classes.clone(),
        dataset: dataset.name.clone(),
        fingerprint: dataset.fingerprint.clone(),
        resize: experiment.data.resize_for_prediction(),
        preparation: Pipeline::new(experiment.preprocess.steps.clone())?,
        sized_before: !experiment.data.has_photographs(),
        normalization: dataset.train.normalization().clone(),
        parameters: network.parameters(),
        config: experiment.to_toml()?,
    };
    let (run, lock) = match resumed {
        Some((run, lock)) => {
            super::check_same_data(&run, &dataset)?;
            (run, lock)
        }
        None => {
            let name = args.name.clone();
            let name = name.unwrap_or_else(|| default_name(&experiment, &dataset));
            let run = RunFolder::create(&args.artifacts, &name)?;
            let lock = run.lock()?;
            (run, lock)
        }
    };
    run.write(CONFIG, card.config.as_bytes())?;
    run.write_json(MODEL, &card)?;
    if let Some(check) = check {
        run.write_json(DATA_CHECK, &check)?;
    }
    let job = TrainingJob {
        experiment: &experiment,
        dataset: &dataset,
        backend: &backend,
        folder: run.path(),
    };
    let deferred = signals::defer();
    let trainable = training::trainable(&job, network, &Bars::cancelled_by(signals::received));
    let trainable = trainable.inspect_err(|error| {
        if error.is_interruption() {
            tell(format!(
                "interrupted; continue with: {}",
                resume_command(args, &run)
            ));
        }
    })?;
    drop(deferred);
    let session = Session {
        experiment,
        backend,
        dataset,
        features: trainable.head_features().cloned(),
        card,
        resume_command: resume_command(args, &run),
        run,
        _lock: lock,
    };
    Ok((session, trainable))
}

/// The network before its first step, on a device that tracks gradients.
fn started(
    args: &TrainArgs,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    resumed: Option<&(RunFolder, File)>,
) -> Result<Network> {
    let folder = resumed.map(|(run, _)| run.path());
    let weights_dir = args.weights.weights_dir.as_deref();
    let (device, bars) = (&backend.device, Bars::default());
    let started = training::start(experiment, dataset, device, folder, weights_dir, &bars)?;
    if let Some((file, loaded)) = &started.loaded {
        let path = file.path().display();
        tell(format!("{path}: {}", loaded_in_words(loaded)));
    }
    if let Some(warning) = started.warning {
        bars.warn(&warning.to_string());
    }
    Ok(started.network)
}

fn loaded_in_words(loaded: &LoadReport) -> String {
    let some = |names: &[String]| match names {
        [] => String::new(),
        [first, .., last] => format!(" ({first} to {last})"),
        [only] => format!(" ({only})"),
    };
    format!(
        "{} tensors taken; {} of the network start at random{}; {} of the file are not used{}",
        loaded.applied.len(),
        loaded.fresh.len(),
        some(&loaded.fresh),
        loaded.unused.len(),
        some(&loaded.unused),
    )
}

fn stopped_early(error: &anyhow::Error) -> bool {
    (error.downcast_ref()).is_some_and(TrainError::is_interruption)
}

fn resume_command(args: &TrainArgs, run: &RunFolder) -> String {
    let word = |path: &Path| shell_word(&path.to_string_lossy());
    let mut command = format!("convlab train --resume {}", word(run.path()));
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

fn new_experiment(settings: &[String]) -> Result<Experiment> {
    let (config, overrides) = match settings.split_first() {
        Some((first, rest)) if !first.contains('=') => (Some(Path::new(first)), rest),
        _ => (None, settings),
    };
    Ok(experiment::load(config, overrides)?)
}

fn resumed_experiment(run: &RunFolder, settings: &[String]) -> Result<Experiment> {
    let mut others = (settings.iter()).filter(|text| !text.starts_with("training.epochs="));
    if let Some(other) = others.next() {
        bail!(
            "a resumed run keeps its configuration, received \"{other}\"; only training.epochs=N can be given with --resume"
        );
    }
    Ok(run.experiment(settings)?)
}

fn default_name(experiment: &Experiment, dataset: &Dataset) -> String {
    let now = OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc());
    let stamp = format_description!("[year][month][day]-[hour][minute][second]");
    let now = (now.format(stamp)).unwrap_or_else(|_| now.unix_timestamp().to_string());
    let unusual = |c: char| !c.is_alphanumeric() && c != '-';
    let dataset = dataset.name.replace(unusual, "-");
    format!("{now}-{}-{dataset}", experiment.model.name())
}

fn report_skipped(dataset: &Dataset) {
    for SkippedFile { reason, .. } in dataset.skipped.iter().take(5) {
        tell(format!("warning: skipped {reason}"));
    }
    if let Some(more @ 1..) = dataset.skipped.len().checked_sub(5) {
        tell(format!(
            "warning: skipped {more} more unreadable images, named in {SUMMARY}"
        ));
    }
}

/// The checks on the data; in their short form all that is unusual, with an example.
fn checked(experiment: &Experiment, dataset: &Dataset) -> Result<DataCheck> {
    let check = check_data(experiment, dataset)?;
    for finding in &check.findings {
        // Those are named already, and errors in a moment.
        let known = matches!(finding.about, About::Unreadable { .. });
        if known || finding.level != Level::Warning {
            continue;
        }
        tell(format!("warning: {finding}"));
        for pair in check.pairs_of(finding).take(1) {
            tell(format!("  {pair}"));
        }
    }
    check.refuse_leaks()?;
    Ok(check)
}

fn announce(session: &Session) {
    let Session { dataset, card, .. } = session;
    tell(format!(
        "{}: {} ({} parameters) on {} ({} training, {} validation, {} test images {}), {} backend, seed {}",
        session.run.path().display(),
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

fn finish(
    mut session: Session,
    finished: &Finished,
    display: TrainingDisplay,
    args: &TrainArgs,
) -> Result<u8> {
    if finished.stopped_by == StoppedBy::Interrupted {
        return Ok(interrupted(&session));
    }
    let best = finished.state.best;
    let kept = session.features.take();
    let kept_weights = session.run.file(WEIGHTS).exists();
    let tested = match kept_weights {
        true if !session.dataset.test.is_empty() => match test(&session, kept) {
            Err(error) if is_interrupt(&error) => return Ok(interrupted(&session)),
            tested => Some(tested?),
        },
        _ => None,
    };
    let test = tested.as_ref().map(|(_, evaluation, _)| evaluation);
    let run = &session.run;
    let summary = Summary::new(&session, finished, test.map(TestFigures::from));
    run.write_json(SUMMARY, &summary)?;
    let mut page = None;
    if let Some((opened, evaluation, predictions)) = &tested {
        run.write_json(EVALUATION, evaluation)?;
        if !args.no_report && !signals::received() {
            let about = (evaluation, predictions);
            // What was learnt is kept, whatever becomes of the page about it.
            match report::write(opened, &session.dataset, about, args.lang, None, &[]) {
                Ok(path) => page = Some(path),
                Err(error) => tell(format!("warning: no report: {error:#}")),
            }
        }
    }
    // All is written: whoever reads this may have gone away.
    match display {
        TrainingDisplay::None => {}
        TrainingDisplay::Json => print(serde_json::to_string(&summary)?)?,
        _ => print(format!("{summary}kept in {}", run.path().display()))?,
    }
    if let (TrainingDisplay::Plain, Some(page)) = (display, page) {
        print(format!("report: {}", page.display()))?;
    }
    if finished.stopped_by == StoppedBy::NotFinite {
        let kept = match best {
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

fn interrupted(session: &Session) -> u8 {
    tell(format!(
        "interrupted; continue with: {}",
        session.resume_command
    ));
    INTERRUPTED
}

/// The best epoch's weights on the test images.
fn test(session: &Session, kept: Option<Dataset>) -> Result<(Opened, Evaluation, Predictions)> {
    let mut opened = Opened::new(session.run.path(), session.backend.clone())?;
    opened.kept = kept;
    let dataset = &session.dataset;
    let go_on = |_| !signals::received();
    let (evaluation, predictions) = opened.evaluate_all(dataset, ("test", &dataset.test), go_on)?;
    Ok((opened, evaluation, predictions))
}

fn is_interrupt(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(EvaluationError::Interrupted))
}
