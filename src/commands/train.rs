//! `convlab train`

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use super::{DONE, FAILED, INTERRUPTED, print};
use crate::artifacts::{self, CONFIG, MODEL, ModelCard, RunFolder, SUMMARY};
use crate::backend::{self, Backend};
use crate::cli::TrainArgs;
use crate::data::{self, Dataset, SkippedFile};
use crate::evaluation::{Evaluation, evaluate};
use crate::experiment::{self, Experiment};
use crate::training::{self, Figures, Finished, Loss, StoppedBy, TrainError, UiChoice};

/// `summary.json`
#[derive(Debug, Serialize)]
struct Summary {
    run: String,
    convlab: &'static str,
    burn: &'static str,
    backend: &'static str,
    device: String,
    model: String,
    dataset: String,
    /// SHA-256 of the data set's content.
    fingerprint: String,
    seed: u64,
    /// Trainable ones.
    parameters: usize,
    images: BTreeMap<&'static str, usize>,
    epochs_run: usize,
    stopped_by: StoppedBy,
    /// The epoch whose weights are in `model.safetensors`.
    best_epoch: Option<usize>,
    /// Of the best epoch, while it was trained.
    train: Option<Figures>,
    /// Of the best epoch.
    valid: Option<Figures>,
    /// Of the best epoch's weights.
    test: Option<TestFigures>,
    /// Training images per second, over all epochs.
    images_per_second: f64,
    /// Training and validation, over all sessions of the run.
    seconds: f64,
    skipped: Vec<SkippedFile>,
}

#[derive(Debug, Serialize)]
struct TestFigures {
    loss: f64,
    accuracy: f64,
    images: usize,
}

/// Trains and reports.
pub fn run(args: TrainArgs) -> Result<u8> {
    let (experiment, resumed) = match &args.resume {
        Some(path) => {
            let run = RunFolder::open(path)?;
            (resumed_experiment(&run, &args.settings)?, Some(run))
        }
        None => (new_experiment(&args.settings)?, None),
    };
    let backend = backend::open(args.device.device)?;
    let dataset = data::open(
        &experiment.data,
        args.data.data_dir.as_deref(),
        experiment.training.seed,
    )?;
    report_skipped(&dataset);
    // Before a folder is made: a network that does not fit leaves nothing behind.
    let network = training::build(&experiment, &dataset, &backend.device)?;
    let card = ModelCard {
        convlab: env!("CARGO_PKG_VERSION").into(),
        model: experiment.model.name().into(),
        input: dataset.shape,
        classes: dataset.classes.clone(),
        dataset: dataset.name.clone(),
        resize: experiment.data.resize_for_prediction(),
        parameters: network.layers().iter().map(|(_, layer)| layer.parameters()).sum(),
    };
    drop(network);
    let resume = resumed.is_some();
    let run = match resumed {
        Some(run) => {
            check_same_data(&run, &card, &dataset)?;
            run
        }
        None => new_run(&args, &experiment, &dataset)?,
    };
    run.write(CONFIG, experiment.to_toml()?.as_bytes())?;
    run.write_json(MODEL, &card)?;
    run.write(FINGERPRINT, dataset.fingerprint.as_bytes())?;
    announce(&args, &run, &experiment, &dataset, &backend, &card);

    let finished =
        match training::train(&experiment, &dataset, &backend.device, &run, args.ui, resume) {
            // The dashboard leaves the cursor within its last line.
            Err(TrainError::Killed) => {
                eprintln!();
                return Ok(interrupted(&run));
            }
            other => other?,
        };
    finish(&args, &run, &experiment, &dataset, &backend, &card, finished)
}

/// Content of the data a run was started on, so that a resumed one does not go on with other data.
const FINGERPRINT: &str = "dataset.sha256";

fn new_experiment(settings: &[String]) -> Result<Experiment> {
    let (config, overrides) = match settings.split_first() {
        Some((first, rest)) if !first.contains('=') => (Some(Path::new(first)), rest),
        _ => (None, settings),
    };
    Ok(experiment::load(config, overrides)?)
}

fn resumed_experiment(run: &RunFolder, settings: &[String]) -> Result<Experiment> {
    if let Some(other) = settings.iter().find(|text| !text.starts_with("training.epochs=")) {
        bail!(
            "a resumed run keeps its configuration, received \"{other}\"; only training.epochs=N can be given with --resume"
        );
    }
    Ok(experiment::load(Some(&run.file(CONFIG)), settings)?)
}

fn new_run(args: &TrainArgs, experiment: &Experiment, dataset: &Dataset) -> Result<RunFolder> {
    let name = args.name.clone().unwrap_or_else(|| {
        let now = OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc());
        let stamp = format_description!("[year][month][day]-[hour][minute][second]");
        let now = now.format(stamp).unwrap_or_else(|_| now.unix_timestamp().to_string());
        let dataset = dataset.name.replace(|c: char| !c.is_alphanumeric() && c != '-', "-");
        format!("{now}-{}-{dataset}", experiment.model.name())
    });
    Ok(RunFolder::create(&args.artifacts, &name)?)
}

fn check_same_data(run: &RunFolder, card: &ModelCard, dataset: &Dataset) -> Result<()> {
    let kept = run.model_card()?;
    if kept != *card {
        bail!(
            "{} was started with another network or other images ({}, images {}, {} classes); now it is {}, images {}, {} classes",
            run.path().display(), kept.model, kept.input, kept.classes.len(),
            card.model, card.input, card.classes.len()
        );
    }
    let fingerprint = std::fs::read_to_string(run.file(FINGERPRINT));
    let fingerprint = fingerprint.context("the run does not say what data it was trained on")?;
    if fingerprint != dataset.fingerprint {
        bail!(
            "the data of {} has changed since the run was started (SHA-256 {fingerprint}, now {}); start a new run",
            dataset.name, dataset.fingerprint
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

fn announce(
    args: &TrainArgs,
    run: &RunFolder,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    card: &ModelCard,
) {
    if matches!(args.ui.resolve(), UiChoice::Plain) {
        eprintln!(
            "{}: {} ({} parameters) on {} ({} training, {} validation, {} test images {}), {} backend, seed {}",
            run.path().display(),
            card.model,
            crate::text::grouped(card.parameters),
            dataset.name,
            crate::text::grouped(dataset.train.len()),
            crate::text::grouped(dataset.valid.len()),
            crate::text::grouped(dataset.test.len()),
            dataset.shape,
            backend.name,
            experiment.training.seed,
        );
    }
}

fn finish(
    args: &TrainArgs,
    run: &RunFolder,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    card: &ModelCard,
    finished: Finished,
) -> Result<u8> {
    if finished.stopped_by == StoppedBy::Interrupted {
        return Ok(interrupted(run));
    }
    let best = finished.state.best;
    let test = match best {
        Some(_) if !dataset.test.is_empty() => Some(test(run, experiment, dataset, backend)?),
        _ => None,
    };
    let summary = summarize(run, experiment, dataset, backend, card, &finished, test.as_ref());
    run.write_json(SUMMARY, &summary)?;
    if let Some(test) = &test {
        run.write_json(artifacts::EVALUATION, test)?;
    }
    match args.ui.resolve() {
        UiChoice::None => {}
        UiChoice::Json => print(serde_json::to_string(&summary)?)?,
        _ => print(describe(&summary, run))?,
    }
    if finished.stopped_by == StoppedBy::NotFinite {
        let kept = match best {
            Some(best) => format!("the weights of epoch {} are kept", best.epoch),
            None => "no epoch was finished".into(),
        };
        eprintln!(
            "error: the loss became infinite or not a number in epoch {}; {kept}. Try a lower training.learning_rate than {}, or training.gradient_clip_norm=1.0",
            finished.state.epoch, experiment.training.learning_rate
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

fn test(
    run: &RunFolder,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
) -> Result<Evaluation> {
    let network = run.network(&backend.device)?;
    let loss = Loss::new(&experiment.training, &dataset.train, dataset.classes.len());
    let split = ("test", &dataset.test);
    Ok(evaluate(&network, &loss, split, &dataset.classes, &backend.device, |_| ())?)
}

fn summarize(
    run: &RunFolder,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    card: &ModelCard,
    finished: &Finished,
    test: Option<&Evaluation>,
) -> Summary {
    let history = &finished.state.history;
    let best_epoch = finished.state.best.map(|best| best.epoch);
    let best = best_epoch.and_then(|epoch| history.iter().find(|record| record.epoch == epoch));
    let train_seconds: f64 = history.iter().map(|record| record.train_seconds).sum();
    let train_images = dataset.train.len() * history.len();
    Summary {
        run: run.name(),
        convlab: env!("CARGO_PKG_VERSION"),
        burn: "0.22.1",
        backend: backend.name,
        device: format!("{:?}", backend.device),
        model: card.model.clone(),
        dataset: card.dataset.clone(),
        fingerprint: dataset.fingerprint.clone(),
        seed: experiment.training.seed,
        parameters: card.parameters,
        images: BTreeMap::from([
            ("train", dataset.train.len()),
            ("valid", dataset.valid.len()),
            ("test", dataset.test.len()),
        ]),
        epochs_run: history.len(),
        stopped_by: finished.stopped_by,
        best_epoch,
        train: best.map(|record| record.train()),
        valid: best.and_then(|record| record.valid()),
        test: test.map(|test| TestFigures {
            loss: test.loss,
            accuracy: test.accuracy,
            images: test.images,
        }),
        images_per_second: train_images as f64 / train_seconds.max(1e-9),
        seconds: finished.state.seconds,
        skipped: dataset.skipped.clone(),
    }
}

fn describe(summary: &Summary, run: &RunFolder) -> String {
    let figures = |name: &str, loss: f64, accuracy: f64| {
        format!("  {name:<6} loss {loss:.4}  accuracy {:.2}%\n", 100.0 * accuracy)
    };
    let why = match summary.stopped_by {
        StoppedBy::Epochs => "all epochs are done",
        StoppedBy::Stop => "training.stop was reached",
        StoppedBy::Patience => "the monitored figure no longer improved",
        StoppedBy::NotFinite => "the loss was no longer a finite number",
        StoppedBy::Interrupted => "it was interrupted",
    };
    let mut text = format!(
        "{} on {}: {} epochs in {:.1} s, {:.0} images/s; stopped because {why}\n",
        summary.model,
        summary.dataset,
        summary.epochs_run,
        summary.seconds,
        summary.images_per_second
    );
    if let Some(epoch) = summary.best_epoch {
        text += &format!("best epoch {epoch}:\n");
    }
    if let Some(train) = summary.train {
        text += &figures("train", train.loss, train.accuracy);
    }
    if let Some(valid) = summary.valid {
        text += &figures("valid", valid.loss, valid.accuracy);
    }
    if let Some(test) = &summary.test {
        text += &figures("test", test.loss, test.accuracy);
    }
    text + &format!("kept in {}", run.path().display())
}
