//! `convlab train`

use std::path::Path;

use anyhow::{Result, bail};
use time::OffsetDateTime;
use time::macros::format_description;

use super::summary::{Summary, TestFigures};
use super::{DONE, FAILED, INTERRUPTED, print};
use crate::artifacts::{CONFIG, EVALUATION, MODEL, ModelCard, RunFolder, SUMMARY};
use crate::backend::{self, Backend};
use crate::cli::TrainArgs;
use crate::data::{self, Dataset, SkippedFile};
use crate::evaluation::{Evaluation, evaluate};
use crate::experiment::{self, Experiment};
use crate::text::grouped;
use crate::training::{self, Finished, Loss, StoppedBy, TrainError, UiChoice};

/// All that a training works with.
pub(super) struct Session {
    pub experiment: Experiment,
    pub backend: Backend,
    pub dataset: Dataset,
    pub card: ModelCard,
    pub run: RunFolder,
}

/// Trains and reports.
pub fn run(args: TrainArgs) -> Result<u8> {
    let session = open(&args)?;
    if args.ui.resolve() == UiChoice::Plain {
        announce(&session);
    }
    let Session {
        experiment,
        backend,
        dataset,
        run,
        ..
    } = &session;
    let resume = args.resume.is_some();
    match training::train(experiment, dataset, &backend.device, run, args.ui, resume) {
        Err(TrainError::Killed) => {
            // The dashboard leaves the cursor within its last line.
            eprintln!();
            Ok(interrupted(run))
        }
        finished => finish(&session, &finished?, args.ui),
    }
}

/// Reads the configuration, opens device and data, and makes or reopens the run's folder.
fn open(args: &TrainArgs) -> Result<Session> {
    let (experiment, resumed) = match &args.resume {
        Some(path) => {
            let run = RunFolder::open(path)?;
            (resumed_experiment(&run, &args.settings)?, Some(run))
        }
        None => (new_experiment(&args.settings)?, None),
    };
    let backend = backend::open(args.device.device)?;
    let data_dir = args.data.data_dir.as_deref();
    let dataset = data::open(&experiment.data, data_dir, experiment.training.seed)?;
    report_skipped(&dataset);
    // Before a folder is made: a network that does not fit leaves nothing behind.
    let network = training::build(&experiment, &dataset, &backend.device)?;
    let card = ModelCard {
        convlab: env!("CARGO_PKG_VERSION").into(),
        model: experiment.model.name().into(),
        input: dataset.shape,
        classes: dataset.classes.clone(),
        dataset: dataset.name.clone(),
        fingerprint: dataset.fingerprint.clone(),
        resize: experiment.data.resize_for_prediction(),
        parameters: network.parameters(),
    };
    let run = match resumed {
        Some(run) => {
            check_same(&run, &card)?;
            run
        }
        None => {
            let name = args.name.clone();
            let name = name.unwrap_or_else(|| default_name(&experiment, &dataset));
            RunFolder::create(&args.artifacts, &name)?
        }
    };
    run.write(CONFIG, experiment.to_toml()?.as_bytes())?;
    run.write_json(MODEL, &card)?;
    Ok(Session {
        experiment,
        backend,
        dataset,
        card,
        run,
    })
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
    Ok(experiment::load(Some(&run.file(CONFIG)), settings)?)
}

fn default_name(experiment: &Experiment, dataset: &Dataset) -> String {
    let now = OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc());
    let stamp = format_description!("[year][month][day]-[hour][minute][second]");
    let now = (now.format(stamp)).unwrap_or_else(|_| now.unix_timestamp().to_string());
    let unusual = |c: char| !c.is_alphanumeric() && c != '-';
    let dataset = dataset.name.replace(unusual, "-");
    format!("{now}-{}-{dataset}", experiment.model.name())
}

/// A resumed run goes on with the network and the images it was started with, or not at all.
fn check_same(run: &RunFolder, card: &ModelCard) -> Result<()> {
    let kept = run.model_card()?;
    if kept.fingerprint != card.fingerprint {
        bail!(
            "the data of {} has changed since the run was started (SHA-256 {}, now {}); start a new run",
            card.dataset,
            kept.fingerprint,
            card.fingerprint
        );
    }
    if kept != *card {
        bail!(
            "{} was started with another network or other images ({}, images {}, {} classes); now it is {}, images {}, {} classes",
            run.path().display(),
            kept.model,
            kept.input,
            kept.classes.len(),
            card.model,
            card.input,
            card.classes.len()
        );
    }
    Ok(())
}

fn report_skipped(dataset: &Dataset) {
    for SkippedFile { path, reason } in dataset.skipped.iter().take(5) {
        eprintln!("warning: skipped {}: {reason}", path.display());
    }
    if let Some(more @ 1..) = dataset.skipped.len().checked_sub(5) {
        eprintln!("warning: skipped {more} more unreadable images, named in {SUMMARY}");
    }
}

fn announce(session: &Session) {
    let Session { dataset, card, .. } = session;
    eprintln!(
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
    );
}

fn finish(session: &Session, finished: &Finished, ui: UiChoice) -> Result<u8> {
    let run = &session.run;
    if finished.stopped_by == StoppedBy::Interrupted {
        return Ok(interrupted(run));
    }
    let best = finished.state.best;
    let tested = best.is_some() && !session.dataset.test.is_empty();
    let test = tested.then(|| test(session)).transpose()?;
    let summary = Summary::new(session, finished, test.as_ref().map(TestFigures::from));
    run.write_json(SUMMARY, &summary)?;
    if let Some(test) = &test {
        run.write_json(EVALUATION, test)?;
    }
    match ui.resolve() {
        UiChoice::None => {}
        UiChoice::Json => print(serde_json::to_string(&summary)?)?,
        _ => print(format!("{summary}kept in {}", run.path().display()))?,
    }
    if finished.stopped_by == StoppedBy::NotFinite {
        let kept = match best {
            Some(best) => format!("the weights of epoch {} are kept", best.epoch),
            None => "no epoch was finished".into(),
        };
        eprintln!(
            "error: the loss became infinite or not a number in epoch {}; {kept}. Try a lower training.learning_rate than {}, or training.gradient_clip_norm=1.0",
            finished.state.epoch, session.experiment.training.learning_rate
        );
        return Ok(FAILED);
    }
    Ok(DONE)
}

fn interrupted(run: &RunFolder) -> u8 {
    let path = run.path().display();
    eprintln!("interrupted; continue with: convlab train --resume {path}");
    INTERRUPTED
}

/// The best epoch's weights on the test images.
fn test(session: &Session) -> Result<Evaluation> {
    let Session {
        dataset, backend, ..
    } = session;
    let network = session.run.network(&backend.device)?;
    let config = &session.experiment.training;
    let loss = Loss::new(config, &dataset.train, dataset.classes.len());
    let split = ("test", &dataset.test);
    let device = &backend.device;
    Ok(evaluate(
        &network,
        &loss,
        split,
        &dataset.classes,
        device,
        |_| (),
    )?)
}
