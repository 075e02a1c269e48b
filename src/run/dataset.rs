//! From `[data]` to a [`Dataset`]: finds, downloads or draws the images, then splits them.

use std::path::Path;

use crate::data::catalog::{self, DatasetEntry, Source, data_dir, download};
use crate::data::check::{DataCheck, check};
use crate::data::sources::{FolderOptions, load_folder, load_idx, load_idx_folder, prepare};
use crate::data::{DataError, Dataset, ImageOptions, RawDataset, SplitOptions, synthetic};
use crate::experiment::Experiment;
use crate::preparation::Pipeline;
use crate::progress::Progress;

/// The data set of `experiment`, split by its seed; missing files of a known data set are downloaded.
///
/// # Errors
/// The data is missing, damaged, or leaves nothing to train on.
pub fn open_dataset(
    experiment: &Experiment,
    explicit_dir: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Dataset, DataError> {
    let config = &experiment.data;
    let published = experiment.model.published();
    let pipeline =
        Pipeline::new(experiment.preprocess.steps.clone()).map_err(DataError::Preparation)?;
    let resize = config.resize_for_prediction();
    let in_memory = |raw| prepare(raw, &pipeline, resize, progress);
    let raw = match (config.dataset.as_str(), &config.path) {
        ("folder", Some(path)) => {
            let options = folder_options(experiment, &pipeline);
            load_folder(path, &options, progress)?
        }
        ("idx", Some(path)) => in_memory(load_idx_folder(path)?)?,
        (name, _) => {
            let entry = catalog::find(name)?;
            let raw = known(entry, experiment, &pipeline, explicit_dir, progress)?;
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

/// What [`check`] finds in the data set of `experiment`.
///
/// # Errors
/// An image can no longer be read.
pub fn check_data(
    experiment: &Experiment,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<DataCheck, DataError> {
    let most_leaks = experiment.data.max_leak_fraction;
    let is_balanced = experiment.training.class_weights.is_some();
    check(dataset, most_leaks, is_balanced, progress)
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

fn known(
    entry: &DatasetEntry,
    experiment: &Experiment,
    pipeline: &Pipeline,
    explicit_dir: Option<&Path>,
    progress: &dyn Progress,
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
            download(entry, &dir, progress)?;
            load_idx(entry.name, &dir.join(entry.name), entry.classes)
        }
        Source::Archive { files, layout } => {
            let dir = data_dir(explicit_dir)?;
            download(entry, &dir, progress)?;
            let folder = catalog::folder_of(entry, &dir);
            let photographs = entry.photographs(files, layout, &folder);
            let options = folder_options(experiment, pipeline);
            photographs.load(&options, progress)
        }
    }
}
