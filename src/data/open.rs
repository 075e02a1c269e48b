//! From `[data]` to a [`Dataset`]: finds, downloads or draws the images, then splits them.

use std::path::Path;

use super::catalog::{self, DatasetEntry, Source};
use super::fetch::{FetchEvent, fetch};
use super::folder::{FolderOptions, load_folder};
use super::idx_folder::{load_idx, load_idx_folder};
use super::photographs::Photographs;
use super::prepared::prepare;
use super::synthetic;
use super::{DataError, Dataset, ImageOptions, RawDataset, RemoteFile, SplitOptions, data_dir};
use crate::experiment::Experiment;
use crate::preparation::Pipeline;
use crate::text::{progress_bar, tell};

/// The data set of `experiment`, split by its seed; missing files of a known data set are downloaded.
///
/// # Errors
/// The data is missing, damaged, or leaves nothing to train on.
pub fn open(experiment: &Experiment, explicit_dir: Option<&Path>) -> Result<Dataset, DataError> {
    let config = &experiment.data;
    let published = experiment.model.published();
    let pipeline =
        Pipeline::new(experiment.preprocess.steps.clone()).map_err(DataError::Preparation)?;
    let resize = config.resize_for_prediction();
    let in_memory = |raw| prepare(raw, &pipeline, resize);
    let raw = match (config.dataset.as_str(), &config.path) {
        ("folder", Some(path)) => {
            let options = folder_options(experiment, &pipeline);
            reading("reading", |progress| load_folder(path, &options, progress))?
        }
        ("idx", Some(path)) => in_memory(load_idx_folder(path)?)?,
        (name, _) => {
            let entry = catalog::find(name)?;
            let raw = known(entry, experiment, &pipeline, explicit_dir)?;
            match config.has_photographs() {
                true => raw,
                false => in_memory(raw)?,
            }
        }
    };
    Dataset::split(
        raw,
        SplitOptions {
            valid_fraction: config.valid_fraction,
            test_fraction: config.test_fraction,
            train_images: config.train_images,
            test_images: config.test_images,
            normalize: config.normalize,
            pretrained: published.map(|(architecture, _)| architecture.normalization),
            may_be_untrained: experiment.training.epochs == 0,
            seed: experiment.training.seed,
        },
    )
}

fn folder_options(experiment: &Experiment, pipeline: &Pipeline) -> FolderOptions {
    let config = &experiment.data;
    let image = ImageOptions {
        resize: config.resize,
        preparation: pipeline.clone(),
        ..ImageOptions::new(config.color, config.height, config.width)
    };
    FolderOptions {
        max_bad_fraction: config.max_bad_fraction,
        cache_bytes: config.cache_mib.saturating_mul(1 << 20),
        test_alone: experiment.training.epochs == 0,
        ..FolderOptions::new(image)
    }
}

/// Calls `load` with a function that shows how many images of how many are done.
pub(super) fn reading(
    doing: &str,
    load: impl FnOnce(&dyn Fn(usize, usize)) -> Result<RawDataset, DataError>,
) -> Result<RawDataset, DataError> {
    let bar = progress_bar(&format!(
        "{doing} {{pos}}/{{len}} images {{bar:30}} {{eta}} left"
    ));
    let loaded = load(&|done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    loaded
}

fn known(
    entry: &DatasetEntry,
    experiment: &Experiment,
    pipeline: &Pipeline,
    explicit_dir: Option<&Path>,
) -> Result<RawDataset, DataError> {
    let config = &experiment.data;
    match entry.source {
        Source::Drawn(drawing) => Ok(synthetic::load(
            drawing,
            config.train_images.unwrap_or(entry.train_images),
            config.test_images.unwrap_or(entry.test_images),
            config.seed,
        )),
        Source::Idx { .. } => {
            let dir = data_dir(explicit_dir)?;
            download(entry, &dir)?;
            load_idx(entry.name, &dir.join(entry.name), entry.classes)
        }
        Source::Archive { files, layout } => {
            let dir = data_dir(explicit_dir)?;
            download(entry, &dir)?;
            let folder = catalog::folder_of(entry, &dir);
            let photographs = entry.photographs(files, layout, &folder);
            let options = folder_options(experiment, pipeline);
            reading("reading", |progress| photographs.load(&options, progress))
        }
    }
}

/// Downloads the files of `entry` that `dir` lacks, and unpacks archives, with a progress bar on
/// stderr.
///
/// # Errors
/// As [`fetch`], and where an archive is damaged or holds what it should not.
pub fn download(entry: &DatasetEntry, dir: &Path) -> Result<(), DataError> {
    let folder = catalog::folder_of(entry, dir);
    match entry.source {
        Source::Drawn(_) => Ok(()),
        Source::Idx { files } => fetch_all(files, &folder),
        Source::Archive { files, layout } => {
            let photographs = entry.photographs(files, layout, &folder);
            if photographs.is_ready() {
                return Ok(());
            }
            fetch_all(files, &folder)?;
            unpack(&photographs)
        }
    }
}

fn unpack(photographs: &Photographs) -> Result<(), DataError> {
    let bar =
        progress_bar("unpacking {msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left");
    let result = photographs.unpack(&mut |file, done, total| {
        bar.set_length(total);
        bar.set_message(file.name.to_owned());
        bar.set_position(done);
    });
    bar.finish_and_clear();
    result
}

fn fetch_all(files: &[RemoteFile], folder: &Path) -> Result<(), DataError> {
    with_progress_bar(|progress| fetch(files, folder, progress))
}

/// Carries out a download with a progress bar on stderr.
pub fn with_progress_bar<T>(download: impl FnOnce(&mut dyn FnMut(FetchEvent)) -> T) -> T {
    let bar = progress_bar("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left");
    let result = download(&mut |event| match event {
        FetchEvent::Present { .. } => {}
        FetchEvent::Started {
            file,
            url,
            resumed_at,
            total,
        } => {
            bar.suspend(|| tell(format!("downloading {url}")));
            match total {
                Some(total) => bar.set_length(total),
                None => bar.unset_length(),
            }
            bar.set_message(file.name.to_owned());
            bar.set_position(resumed_at);
        }
        FetchEvent::Received { total } => bar.set_position(total),
        FetchEvent::Failed { url, reason } => {
            bar.suspend(|| tell(format!("warning: {url}: {reason}")));
        }
        FetchEvent::Done { file } => {
            bar.suspend(|| tell(format!("{} is complete, its checksum is right", file.name)));
        }
    });
    bar.finish_and_clear();
    result
}
