//! The values that the templates are filled with.
//!
//! Pictures are `data:` URLs, so that the page is a single file.

use serde::Serialize;

use super::checks::Checks;
use crate::evaluation::{Calibration, Evaluation, Interval};
use crate::models::SummaryRow;
use crate::run::{OpenedRun, RunError, Summary};

/// `page.html`: one run.
#[derive(Debug, Serialize)]
pub struct RunPage {
    pub run: RunFacts,
    pub evaluation: Evaluation,
    /// Classes that the confusion matrix shows.
    pub matrix: Vec<usize>,
    /// Pairs of classes that are confused, the most frequent first; at most ten.
    pub confused: Vec<Confused>,
    /// The test images with a wrong prediction of the highest probability.
    pub mistakes: Vec<Example>,
    /// The test images with a right prediction of the lowest probability.
    pub doubts: Vec<Example>,
    pub calibration: Calibration,
    pub charts: Charts,
    #[serde(rename = "journey")]
    pub activations: ActivationMaps,
    /// The first convolution's kernels, `None` where there is none.
    pub kernels: Option<String>,
    /// Grad-CAM of hits and misses; empty where there is no convolution.
    pub explained: Vec<Explained>,
    pub layers: Vec<SummaryRow>,
    pub multiply_adds: usize,
    /// Training images, a row for each of the first `sheet_classes` classes.
    pub sheet: String,
    pub sheet_classes: usize,
    pub checks: Checks,
    /// `config.toml`
    pub config: String,
}

/// The run in a few figures.
#[derive(Debug, Serialize)]
pub struct RunFacts {
    /// Name of the run's folder, which may have been renamed since the training.
    pub name: String,
    /// Size of the images.
    pub input: String,
    /// Number of classes.
    pub classes: usize,
    #[serde(flatten)]
    pub summary: Summary,
}

impl RunFacts {
    /// # Errors
    /// The training has not ended, or its summary is damaged.
    pub fn new(run: &OpenedRun) -> Result<Self, RunError> {
        Ok(Self {
            name: run.folder.name(),
            input: run.card.input.to_string(),
            classes: run.card.classes.len(),
            summary: Summary::read(&run.folder)?,
        })
    }
}

/// How often one class was predicted for images of another.
#[derive(Debug, Serialize)]
pub struct Confused {
    pub target: String,
    pub predicted: String,
    pub count: usize,
    /// Of the images of the true class.
    pub share: f64,
    pub examples: Vec<Example>,
}

/// Test images of a cell of the confusion matrix.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// Indices of the classes.
    pub target: usize,
    pub predicted: usize,
    pub examples: Vec<Example>,
}

/// A test image and the class predicted for it.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// In the test split, counted from 0.
    pub index: usize,
    pub picture: String,
    pub target: String,
    pub predicted: String,
    /// Of the predicted class, from 0 to 1.
    pub probability: f64,
}

/// Charts as SVG elements.
#[derive(Debug, Serialize)]
pub struct Charts {
    /// Loss and accuracy over the epochs.
    pub loss: String,
    pub accuracy: String,
    pub calibration: String,
}

/// A picture with a heat map laid over it.
#[derive(Debug, Serialize)]
pub struct Explained {
    #[serde(flatten)]
    pub example: Example,
    pub hit: bool,
    /// Whether the map is zero everywhere.
    pub empty: bool,
    pub overlay: String,
}

/// The activations of every layer for some images, for the filter selector.
#[derive(Debug, Serialize)]
pub struct ActivationMaps {
    pub images: Vec<ActivationImage>,
    pub layers: Vec<LayerMaps>,
    /// The largest number of filters that a layer shows; 0 where no layer has feature maps.
    pub filters: usize,
}

/// An image whose activations are shown.
#[derive(Debug, Serialize)]
pub struct ActivationImage {
    pub name: String,
    pub picture: String,
}

/// The activations of one layer.
#[derive(Debug, Serialize)]
pub struct LayerMaps {
    pub layer: String,
    pub kind: &'static str,
    pub shape: String,
    /// Filters that are shown; 1 for a vector.
    pub filters: usize,
    /// Filters of the layer that are left out to keep the page small.
    pub left_out: usize,
    /// Size of one map as shown, in pixels.
    pub width: usize,
    pub height: usize,
    /// For each image a picture of all maps, one below the other. The maps of a filter share one
    /// scale of colours over all images.
    pub strips: Vec<String>,
    /// For each filter the values of its darkest and its brightest colour.
    pub ranges: Vec<[f32; 2]>,
}

/// `compare.html`: several runs.
#[derive(Debug, Serialize)]
pub struct ComparePage {
    pub runs: Vec<ComparedRun>,
    /// Settings that are not the same in all runs.
    pub differences: Vec<Difference>,
    pub loss: String,
    pub accuracy: String,
    pub tests: Vec<PairTest>,
    /// Runs whose test images are not those of any other run.
    pub apart: Vec<String>,
}

/// A run with its results on the test images.
#[derive(Debug, Serialize)]
pub struct ComparedRun {
    #[serde(flatten)]
    pub facts: RunFacts,
    pub accuracy: f64,
    pub accuracy_interval: Interval,
    pub loss: f64,
    pub color: String,
}

/// A setting and its value in each run.
#[derive(Debug, Serialize)]
pub struct Difference {
    pub key: String,
    /// `None` where a run does not have the setting.
    pub values: Vec<Option<String>>,
}

/// McNemar's test of two runs that were tested on the same images.
#[derive(Debug, Serialize)]
pub struct PairTest {
    pub first: String,
    pub second: String,
    /// Images that only the first, and only the second, got right.
    pub only_first: usize,
    pub only_second: usize,
    /// Two-sided and exact, adjusted by Holm's method where there are several pairs.
    pub p_value: f64,
}
