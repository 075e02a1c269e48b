//! `convlab train`

use std::fs::File;
use std::path::Path;

use anyhow::{Result, bail};
use burn::module::Module;
use clap::ValueEnum;
use time::OffsetDateTime;
use time::macros::format_description;

use super::opened::Opened;
use super::summary::{Summary, TestFigures};
use super::{DONE, FAILED, check_data, print, report};
use crate::artifacts::{
    CONFIG, DATA_CHECK, EVALUATION, HISTORY, LAST_WEIGHTS, MODEL, ModelCard, RunFolder, SUMMARY,
    WEIGHTS,
};
use crate::cli::TrainArgs;
use crate::data::check::{About, DataCheck, Level};
use crate::data::{Dataset, SkippedFile};
use crate::device;
use crate::device::{Backend, DeviceChoice};
use crate::evaluation::{Evaluation, EvaluationError, Predictions};
use crate::experiment::{self, Experiment, TransferConfig, TransferMode};
use crate::features::{self, FeatureError};
use crate::models::{Backbone, LoadReport, Network};
use crate::preparation::Pipeline;
use crate::report::Language;
use crate::run::open_dataset;
use crate::terminal::{Bars, tell};
use crate::text::{grouped, shell_word};
use crate::training::signals::{self, INTERRUPTED};
use crate::training::{self, Display, Finished, Learning, Start, StoppedBy, TrainError};

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
    let (session, learning) = match open(&args) {
        Err(error) if stopped_early(&error) => return Ok(INTERRUPTED),
        opened => opened?,
    };
    if display == Display::Plain {
        announce(&session);
    }
    let finished = training::train(
        &session.experiment,
        (
            learning,
            session.features.as_ref().unwrap_or(&session.dataset),
        ),
        &session.backend.device,
        &session.run,
        display,
        args.resume.is_some(),
        &session.resume_command,
    );
    match finished {
        Err(TrainError::Killed) => {
            // The dashboard leaves the cursor within its last line.
            tell("");
            Ok(interrupted(&session))
        }
        finished => finish(session, &finished?, display, &args),
    }
}

/// Reads the configuration, opens device and data, and makes or reopens the run's folder.
fn open(args: &TrainArgs) -> Result<(Session, Learning)> {
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
    // A resumed run then needs nothing but its own folder.
    if experiment.weights().is_some() && !run.file(LAST_WEIGHTS).exists() {
        run.write(LAST_WEIGHTS, &network.valid().to_safetensors()?)?;
    }
    let learning = learning(network, &experiment, &dataset, &backend, &run);
    let (features, learning) = learning.inspect_err(|error| {
        if stopped_early(error) {
            tell(format!(
                "interrupted; continue with: {}",
                resume_command(args, &run)
            ));
        }
    })?;
    let session = Session {
        experiment,
        backend,
        dataset,
        features,
        card,
        resume_command: resume_command(args, &run),
        run,
        _lock: lock,
    };
    Ok((session, learning))
}

/// The network before its first step, on a device that tracks gradients.
fn started(
    args: &TrainArgs,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    resumed: Option<&(RunFolder, File)>,
) -> Result<Network> {
    let device = backend.device.clone().autodiff();
    // What an interrupted run goes on with it has kept itself.
    if let Some((run, _)) = resumed
        && experiment.weights().is_some()
        && run.file(LAST_WEIGHTS).exists()
        && (training::has_checkpoint(run) || !run.file(HISTORY).exists())
    {
        let network = training::fresh(experiment, dataset, &device)?;
        return Ok(network.with_weights_of_run(&run.file(LAST_WEIGHTS))?);
    }
    let weights_dir = args.weights.weights_dir.as_deref();
    let Start { network, loaded } =
        training::start(experiment, dataset, &device, weights_dir, &Bars::default())?;
    match loaded {
        Some((file, loaded)) => {
            let path = file.path().display();
            tell(format!("{path}: {}", loaded_in_words(&loaded)));
            if experiment.training.epochs == 0 && !loaded.fresh.is_empty() {
                tell(
                    "warning: the head is random and stays so with training.epochs = 0; set model.head=\"own\" to take that of the file",
                );
            }
        }
        None if matches!(
            experiment.mode(),
            Some(TransferMode::Features | TransferMode::Finetune)
        ) =>
        {
            tell(
                "warning: there are no weights to transfer, the features are random; set model.weights",
            )
        }
        None => {}
    }
    Ok(network)
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

/// What is learnt from what: the head from kept features, or all from the images.
fn learning(
    network: Network,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    run: &RunFolder,
) -> Result<(Option<Dataset>, Learning)> {
    let transfer = experiment.transfer.as_ref();
    let epochs = experiment.training.epochs;
    if let Some(TransferConfig {
        mode: TransferMode::Finetune,
        freeze_epochs,
        ..
    }) = transfer
        && (1..=*freeze_epochs).contains(&epochs)
    {
        tell(format!(
            "warning: transfer.freeze_epochs = {freeze_epochs} of {epochs} epochs: only the head is trained, nothing is fine-tuned"
        ));
    }
    let frozen = |transfer: &TransferConfig| match transfer.mode {
        TransferMode::Features => true,
        TransferMode::Finetune => training::epoch_under_way(run) <= transfer.freeze_epochs,
        TransferMode::Scratch => false,
    };
    let (Network::Backbone(backbone), Some(transfer)) =
        (&network, transfer.filter(|transfer| frozen(transfer)))
    else {
        return Ok((None, Learning::of_all(network)));
    };
    let plain = backbone.valid();
    let kept = kept_features(&plain, transfer, experiment, dataset, backend)?;
    if transfer.mode == TransferMode::Finetune {
        let learning = Learning {
            features: Some(kept),
            ..Learning::of_all(network)
        };
        return Ok((None, learning));
    }
    let learning = Learning {
        before: Some(plain.features),
        ..Learning::of_all(Network::Backbone(backbone.head_alone()))
    };
    Ok((Some(kept), learning))
}

/// `dataset` with the features that `backbone` gives.
fn kept_features(
    backbone: &Backbone,
    transfer: &TransferConfig,
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
) -> Result<Dataset> {
    let Some(folder) = features::folder() else {
        bail!(
            "no folder to keep features in: this user has no cache folder; name one with CONVLAB_CACHE"
        );
    };
    let plan = features::Plan {
        weights: backbone.features_sha256()?,
        network: toml::to_string(&experiment.model.of_features())?,
        backend: backend.name,
        augmented_passes: transfer.augmented_passes,
        augmentation: experiment.augmentation(),
    };
    let _patient = signals::ask_first();
    let bars = Bars::cancelled_by(signals::asked);
    let layers = backbone.frozen_layers();
    let device = &backend.device;
    Ok(features::of(
        &layers, dataset, &plan, device, &folder, &bars,
    )?)
}

fn stopped_early(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(FeatureError::Interrupted))
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
    display: Display,
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
        if !args.no_report && !signals::asked() {
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
        Display::None => {}
        Display::Json => print(serde_json::to_string(&summary)?)?,
        _ => print(format!("{summary}kept in {}", run.path().display()))?,
    }
    if let (Display::Plain, Some(page)) = (display, page) {
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
    let go_on = |_| !signals::asked();
    let (evaluation, predictions) = opened.evaluate_all(dataset, ("test", &dataset.test), go_on)?;
    Ok((opened, evaluation, predictions))
}

fn is_interrupt(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(EvaluationError::Interrupted))
}
