//! `[data]`: which images, how they are split and which size they get.

use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::problem::Problem;
use super::range::{at_least_one, below_one, up_to_one};
use crate::data::Normalize;
use crate::data::catalog::{self, CATALOG, DatasetEntry, Source};
use crate::pixels::{ColorMode, Resize};
use crate::text::{did_you_mean, short_number};

/// Which images, how they are split and which size they get.
///
/// Photographs, which some keys are for, are images of different sizes: those of `folder` and of
/// the published data sets without a fixed image size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DataConfig {
    /// A data set of the catalogue, or one of your own together with `path`.
    #[schemars(schema_with = "dataset_schema")]
    pub dataset: String,
    /// Folder of a `folder` or `idx` data set; a relative one is taken from where the program is
    /// started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Seed of the images that a drawn data set consists of; all other randomness follows
    /// `training.seed`.
    pub seed: u64,
    /// Train on at most this many images, classes balanced; for drawn data sets, draw this many (at
    /// most 1000000). All images where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000_000))]
    pub train_images: Option<usize>,
    /// Test on at most this many images, as `train_images`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000_000))]
    pub test_images: Option<usize>,
    /// Share of the training images kept for validation: they are measured after each epoch, and not
    /// trained on.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub valid_fraction: f64,
    /// Share of the images kept for the test if the data set has no test images.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub test_fraction: f64,
    /// How grey levels from 0 to 255 become the values that the network sees.
    pub normalize: Normalize,
    /// The colours that images are converted to; only for photographs.
    pub color: ColorMode,
    /// Height that images are resized to, in pixels; only for photographs.
    #[schemars(range(min = 1, max = 4096))]
    pub height: usize,
    /// Width that images are resized to, in pixels; only for photographs.
    #[schemars(range(min = 1, max = 4096))]
    pub width: usize,
    /// How images of another size or shape are resized; only for photographs.
    pub resize: Resize,
    /// More unreadable images than this share are an error; only for photographs.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub max_bad_fraction: f64,
    /// A larger share of validation or test images that also occur in another split, as exact or
    /// near duplicates, is an error.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub max_leak_fraction: f64,
    /// Decoded images are kept in memory up to this many MiB; beyond it they are read again in
    /// every epoch.
    pub cache_mib: u64,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            dataset: "garments".into(),
            path: None,
            seed: 0,
            train_images: None,
            test_images: None,
            valid_fraction: 0.1,
            test_fraction: 0.2,
            normalize: Normalize::Unit,
            color: ColorMode::Rgb,
            height: 64,
            width: 64,
            resize: Resize::Crop,
            max_bad_fraction: 0.05,
            max_leak_fraction: 0.1,
            cache_mib: 1024,
        }
    }
}

/// Data sets that are not in the catalogue but given by `path`.
const GIVEN_BY_PATH: [&str; 2] = ["folder", "idx"];

/// The names of data sets, with what they are.
fn dataset_schema(_: &mut SchemaGenerator) -> Schema {
    let [folder, idx] = GIVEN_BY_PATH;
    let mut choices: Vec<Value> = (CATALOG.iter())
        .map(|entry| json!({ "const": entry.name, "description": entry.summary }))
        .collect();
    choices.extend([
        json!({ "const": folder, "description": "your own photographs: a folder for each class in `path`" }),
        json!({ "const": idx, "description": "files in the format of MNIST in `path`" }),
    ]);
    json_schema!({ "type": "string", "oneOf": choices })
}

/// More images are not drawn: a million garments take 0.8 GB.
const MOST_DRAWN: usize = 1_000_000;

impl DataConfig {
    /// How an image from outside the data set is resized: as in training for photographs, otherwise
    /// without cropping, since images of the other data sets show whole objects.
    pub fn resize_for_prediction(&self) -> Resize {
        match self.has_photographs() {
            true => self.resize,
            false => Resize::Fit,
        }
    }

    /// Whether the images differ in size and are resized to the `height` and `width` given here.
    pub fn has_photographs(&self) -> bool {
        let without_size = self.entry().is_some_and(|entry| entry.shape.is_none());
        self.dataset == "folder" || without_size
    }

    /// Whether the data set is read from `path`; only then it is unknown whether it has validation
    /// and test images of its own.
    pub(super) fn is_given_by_path(&self) -> bool {
        GIVEN_BY_PATH.contains(&self.dataset.as_str())
    }

    /// # Errors
    /// The first value that is unknown, out of range or without effect.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.check_dataset()?;
        self.check_path()?;
        self.check_fractions()?;
        at_least_one("data.height", self.height, 4096)?;
        at_least_one("data.width", self.width, 4096)?;
        self.check_number("data.train_images", self.train_images)?;
        self.check_number("data.test_images", self.test_images)?;
        up_to_one("data.max_bad_fraction", self.max_bad_fraction)?;
        up_to_one("data.max_leak_fraction", self.max_leak_fraction)
    }

    fn entry(&self) -> Option<&'static DatasetEntry> {
        catalog::find(&self.dataset).ok()
    }

    fn check_dataset(&self) -> Result<(), Problem> {
        if self.is_given_by_path() || self.entry().is_some() {
            return Ok(());
        }
        let known = CATALOG.iter().map(|entry| entry.name);
        let known: Vec<&str> = known.chain(GIVEN_BY_PATH).collect();
        let message = format!(
            "\"{}\" is not known{}; expected one of {}",
            self.dataset,
            did_you_mean(&self.dataset, known.iter().copied()),
            known.join(", ")
        );
        Err(Problem::new("data.dataset", message))
    }

    fn check_path(&self) -> Result<(), Problem> {
        let path = self.path.as_ref();
        let usable = path.is_some_and(|path| !path.as_os_str().is_empty());
        let name = &self.dataset;
        let message = match (self.is_given_by_path(), usable) {
            (true, false) => {
                format!("dataset = \"{name}\" needs the folder, e.g. path = \"photos\"")
            }
            (false, true) => format!(
                "only \"folder\" and \"idx\" take a path; remove it, or set dataset = \"folder\", received \"{name}\""
            ),
            _ => return Ok(()),
        };
        Err(Problem::new("data.path", message).or_at("data.dataset"))
    }

    fn check_fractions(&self) -> Result<(), Problem> {
        let (valid, test) = (self.valid_fraction, self.test_fraction);
        below_one("data.valid_fraction", valid)?;
        below_one("data.test_fraction", test)?;
        let lacks_test_images = self.entry().is_some_and(|entry| entry.test_images == 0);
        let may_be_split_off = self.is_given_by_path() || lacks_test_images;
        if !may_be_split_off || valid + test < 1.0 {
            return Ok(());
        }
        let message = format!(
            "together with valid_fraction it must leave images to train on; expected a sum below 1, received {} + {}",
            short_number(valid),
            short_number(test)
        );
        let problem = Problem::new("data.test_fraction", message);
        Err(problem.or_at("data.valid_fraction").or_at("data.dataset"))
    }

    fn check_number(&self, key: &str, images: Option<usize>) -> Result<(), Problem> {
        let Some(images) = images else {
            return Ok(());
        };
        at_least_one(key, images, 100_000_000)?;
        let drawn = (self.entry()).is_some_and(|entry| matches!(entry.source, Source::Drawn(_)));
        if drawn && images > MOST_DRAWN {
            let message = format!("at most {MOST_DRAWN} images are drawn, received {images}");
            return Err(Problem::new(key, message).or_at("data.dataset"));
        }
        Ok(())
    }
}
