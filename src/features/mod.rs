//! Features of images, computed once and kept on disk, for a head to be trained on.
//!
//! The layers before the head see every image once per pass instead of once per epoch. Their output
//! goes to a file whose name is a checksum of everything it depends on; a damaged file is not used.

mod file;
mod key;
mod prune;
mod store;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use burn::tensor::Device;

use crate::augmentation::Augmentation;
use crate::batching::ImageBatch;
use crate::data::{DataError, Dataset, Split};
use crate::models::{Features, NamedLayers, WeightsError, forward};
use crate::pixels::ImageShape;
use crate::progress::{Progress, Running, Stage, Unit};
use crate::storage::cache_folder;

use file::EXTENSION;
pub use file::{FeatureFile, Writer};
pub use key::FeatureConfig;
use key::FeatureKey;
use store::FeatureStore;

/// Images that pass the network together.
const BATCH: usize = 32;

/// Why there are no features.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("the device failed: {0}")]
    Device(String),
    #[error("cannot keep features in {}; free space there, or name another folder with CONVLAB_CACHE", .path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the network gives features that are infinite or not a number for {origin}; check its weights"
    )]
    NotFinite { origin: String },
}

/// The folder where features are kept: `CONVLAB_CACHE`, else the user's cache folder.
pub fn folder() -> Option<PathBuf> {
    cache_folder("features")
}

/// `dataset` with the outputs of `layers`, which `config` describes, in place of its images.
///
/// Features that are already in `folder` are not computed again. `progress` can cancel after each
/// batch.
///
/// # Errors
/// An image cannot be read, the folder cannot be written, the device failed, or it was cancelled.
pub fn of(
    layers: &NamedLayers,
    dataset: &Dataset,
    config: &FeatureConfig,
    device: &Device,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Dataset, FeatureError> {
    fs::create_dir_all(folder).map_err(|source| FeatureError::Write {
        path: folder.to_path_buf(),
        source,
    })?;
    let started = SystemTime::now();
    let split = |name: &str, split: &Split, passes: usize| {
        if split.is_empty() {
            return Ok((split.clone(), None));
        }
        let key = FeatureKey::new(config, layers, &dataset.fingerprint, name, split);
        let file_name = key.file_name().map_err(|error| FeatureError::Write {
            path: folder.to_path_buf(),
            source: error.into(),
        })?;
        let path = folder.join(file_name).with_extension(EXTENSION);
        let job = Job {
            layers,
            split,
            name,
            passes,
            augmentation: config.augmentation.as_ref(),
            device,
            progress,
        };
        let file = match FeatureFile::open(&path, split.len() * passes) {
            Ok(Some(file)) => {
                progress.note(&format!("{name} features: taken from {}", path.display()));
                prune::used(&path);
                file
            }
            Ok(None) => job.run(&path)?,
            Err(reason) => {
                progress.warn(&format!("{} is computed again: {reason}", path.display()));
                job.run(&path)?
            }
        };
        let shape = file.shape();
        let store = FeatureStore::new(file, split.clone());
        Ok::<_, FeatureError>((Split::of_values(Arc::new(store)), Some(shape)))
    };
    let (train, shape) = split("train", &dataset.train, 1 + config.augmented_passes)?;
    let (valid, _) = split("valid", &dataset.valid, 1)?;
    let (test, _) = split("test", &dataset.test, 1)?;
    prune::prune(folder, started);
    Ok(Dataset {
        name: dataset.name.clone(),
        shape: shape.unwrap_or(dataset.shape),
        classes: dataset.classes.clone(),
        train,
        valid,
        test,
        fingerprint: dataset.fingerprint.clone(),
        skipped: dataset.skipped.clone(),
    })
}

/// The features of one split, to be computed.
struct Job<'a> {
    layers: &'a NamedLayers<'a>,
    split: &'a Split,
    name: &'a str,
    passes: usize,
    augmentation: Option<&'a Augmentation>,
    device: &'a Device,
    progress: &'a dyn Progress,
}

impl Job<'_> {
    fn run(&self, path: &Path) -> Result<FeatureFile, FeatureError> {
        let failed = |source| FeatureError::Write {
            path: path.to_path_buf(),
            source,
        };
        let total = self.split.len() * self.passes;
        let stage = Stage {
            action: self.name,
            subject: "features",
            unit: Unit::Images,
        };
        let _stage = Running::begin(self.progress, stage, Some(total as u64));
        let mut writer: Option<Writer> = None;
        for pass in 0..self.passes {
            let indices: Vec<usize> = (0..self.split.len()).collect();
            for indices in indices.chunks(BATCH) {
                let (shape, values) = self.batch(pass, indices)?;
                let file = match &mut writer {
                    Some(file) => file,
                    None => writer.insert(Writer::create(path, shape, total).map_err(failed)?),
                };
                file.add(&values).map_err(failed)?;
                self.progress.advance(indices.len() as u64);
                if self.progress.is_cancelled() {
                    return Err(FeatureError::Interrupted);
                }
            }
        }
        match writer {
            Some(writer) => writer.finish().map_err(failed),
            None => Err(failed(std::io::Error::other("there are no images"))),
        }
    }

    /// Shape of the features of one image, and the values of all.
    fn batch(
        &self,
        pass: usize,
        indices: &[usize],
    ) -> Result<(ImageShape, Vec<f32>), FeatureError> {
        let batch = match self.augmentation {
            Some(augmentation) if pass > 0 => {
                ImageBatch::read_augmented(self.split, indices, (augmentation, pass), self.device)?
            }
            _ => ImageBatch::read(self.split, indices, self.device)?,
        };
        let features = forward(self.layers, Features::Maps(batch.images));
        let shape = match &features {
            Features::Maps(maps) => {
                let [_, channels, height, width] = maps.dims();
                ImageShape::new(channels, height, width)
            }
            Features::Vector(vector) => ImageShape::new(vector.dims()[1], 1, 1),
        };
        let data = features.flatten().try_into_data();
        let data = data.map_err(|error| FeatureError::Device(error.to_string()))?;
        let values: Vec<f32> = data.iter().collect();
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok((shape, values)),
            Some(place) => Err(FeatureError::NotFinite {
                origin: self.split.origin(indices[place / shape.len()]),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
