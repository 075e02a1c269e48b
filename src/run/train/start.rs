//! From a configuration, or an interrupted run, to a network before its first step.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::macros::format_description;

use super::data_check::{checked, warn_of_skipped};
use super::session::Session;
use crate::data::Dataset;
use crate::device::{self, Backend, DeviceChoice};
use crate::experiment::Experiment;
use crate::models::{LoadReport, Network};
use crate::progress::Progress;
use crate::run::card::ModelCard;
use crate::run::config::read_config;
use crate::run::dataset::open_dataset;
use crate::run::error::RunError;
use crate::run::folder::{CONFIG, DATA_CHECK, RunFolder};
use crate::run::version::read_run;
use crate::training::{self, Start};

/// Where a training computes, and where it finds what it needs.
#[derive(Debug, Clone)]
pub struct TrainingOptions {
    pub device: DeviceChoice,
    /// Folder that holds a folder for each run.
    pub artifacts: PathBuf,
    /// Name of a new run; by default date, time, network and data set.
    pub name: Option<String>,
    /// Folder of downloaded data sets; by default that of the environment, or the user's cache.
    pub data_dir: Option<PathBuf>,
    /// Folder of published weights, likewise.
    pub weights_dir: Option<PathBuf>,
}

impl Default for TrainingOptions {
    fn default() -> Self {
        Self {
            device: DeviceChoice::default(),
            artifacts: "artifacts".into(),
            name: None,
            data_dir: None,
            weights_dir: None,
        }
    }
}

/// A training that has a folder, and a network before its first step.
pub struct StartedRun {
    pub session: Session,
    pub(super) network: Network,
}

impl StartedRun {
    /// Starts a new run of `experiment`: opens device and data, checks the data, and makes the run's
    /// folder once everything is known to fit together.
    ///
    /// # Errors
    /// The device, the data or the weights to start from cannot be used, the network does not fit
    /// the data, or the folder cannot be made.
    pub fn new(
        experiment: Experiment,
        options: &TrainingOptions,
        progress: &dyn Progress,
    ) -> Result<Self, RunError> {
        let (backend, dataset) = open(&experiment, options, progress)?;
        let check = checked(&experiment, &dataset, progress)?;
        let network = network(&experiment, &dataset, &backend, None, options, progress)?;
        let card = ModelCard::new(&experiment, &dataset, network.parameters())?;
        let name = match &options.name {
            Some(name) => name.clone(),
            None => default_name(&experiment, &dataset),
        };
        let folder = RunFolder::create(&options.artifacts, &name)?;
        let lock = folder.lock()?;
        let session = Session {
            experiment,
            backend,
            dataset,
            card,
            folder,
            data_check: Some(check),
            is_resumed: false,
            _lock: lock,
        };
        Self::write_about(session, network)
    }

    /// Goes on with the run in the folder `path`; `overrides` may only set `training.epochs`.
    ///
    /// # Errors
    /// As for [`new`](Self::new), or the run's files are damaged, or its data is not what it was.
    pub fn resume(
        path: &Path,
        overrides: &[String],
        options: &TrainingOptions,
        progress: &dyn Progress,
    ) -> Result<Self, RunError> {
        let folder = RunFolder::open(path)?;
        let lock = folder.lock()?;
        let mut others = (overrides.iter()).filter(|text| !text.starts_with("training.epochs="));
        if let Some(other) = others.next() {
            return Err(RunError::ResumedWith {
                received: other.clone(),
            });
        }
        let before = read_run(&folder, read_card(&folder))?;
        if let Some(warning) = before.version_warning(&folder) {
            progress.warn(&warning);
        }
        let experiment = read_config(&folder, &before, overrides)?;
        let (backend, dataset) = open(&experiment, options, progress)?;
        read_run(&folder, before.check_same_data(&folder, &dataset))?;
        let resumed = Some(folder.path());
        let network = network(&experiment, &dataset, &backend, resumed, options, progress);
        let network = read_run(&folder, network)?;
        let mut card = ModelCard::new(&experiment, &dataset, network.parameters())?;
        if let Some(newer) = before.newer_version() {
            card.convlab = newer.to_owned();
        }
        let session = Session {
            card,
            experiment,
            backend,
            dataset,
            folder,
            data_check: None,
            is_resumed: true,
            _lock: lock,
        };
        Self::write_about(session, network)
    }

    /// Writes configuration, card and what was found in the data to the run's folder.
    fn write_about(session: Session, network: Network) -> Result<Self, RunError> {
        let Session { folder, card, .. } = &session;
        folder.write(CONFIG, card.config.as_bytes())?;
        card.write(folder)?;
        if let Some(check) = &session.data_check {
            folder.write_json(DATA_CHECK, check)?;
        }
        Ok(Self { session, network })
    }
}

/// The card of a run whose configuration is that of the card.
fn read_card(folder: &RunFolder) -> Result<ModelCard, RunError> {
    let card = ModelCard::read(folder)?;
    read_config(folder, &card, &[])?;
    Ok(card)
}

/// The device and the data of a training.
fn open(
    experiment: &Experiment,
    options: &TrainingOptions,
    progress: &dyn Progress,
) -> Result<(Backend, Dataset), RunError> {
    let backend = device::open(options.device, progress)?;
    let dataset = open_dataset(experiment, options.data_dir.as_deref(), progress)?;
    warn_of_skipped(&dataset, progress);
    Ok((backend, dataset))
}

/// The network before its first step; `resumed` is the folder of a run that goes on.
fn network(
    experiment: &Experiment,
    dataset: &Dataset,
    backend: &Backend,
    resumed: Option<&Path>,
    options: &TrainingOptions,
    progress: &dyn Progress,
) -> Result<Network, RunError> {
    let weights_dir = options.weights_dir.as_deref();
    let Start {
        network,
        loaded,
        warning,
    } = training::start(
        experiment,
        dataset,
        &backend.device,
        resumed,
        weights_dir,
        progress,
    )?;
    if let Some((file, loaded)) = loaded {
        let path = file.path().display();
        progress.note(&format!("{path}: {}", describe_loaded(&loaded)));
    }
    if let Some(warning) = warning {
        progress.warn(&warning.to_string());
    }
    Ok(network)
}

fn describe_loaded(loaded: &LoadReport) -> String {
    let first_and_last = |names: &[String]| match names {
        [] => String::new(),
        [first, .., last] => format!(" ({first} to {last})"),
        [only] => format!(" ({only})"),
    };
    format!(
        "{} tensors taken; {} of the network start at random{}; {} of the file are not used{}",
        loaded.applied.len(),
        loaded.fresh.len(),
        first_and_last(&loaded.fresh),
        loaded.unused.len(),
        first_and_last(&loaded.unused),
    )
}

fn default_name(experiment: &Experiment, dataset: &Dataset) -> String {
    let now = OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc());
    let stamp = format_description!("[year][month][day]-[hour][minute][second]");
    let now = (now.format(stamp)).unwrap_or_else(|_| now.unix_timestamp().to_string());
    let unusual = |c: char| !c.is_alphanumeric() && c != '-';
    let dataset = dataset.name.replace(unusual, "-");
    format!("{now}-{}-{dataset}", experiment.model.name())
}
