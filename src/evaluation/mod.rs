//! How good a network is, on images it was not trained on.

mod calibration;
mod metrics;
mod predictions;
mod significance;

use std::fmt;
use std::time::Instant;

use burn::tensor::{Device, Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::batching::ImageBatch;
use crate::data::{DataError, Split};
use crate::loss::Loss;
use crate::models::Network;
use crate::pixels::ImageShape;
use crate::text::{grouped, table};

pub use calibration::{Bin, Calibration, FittedOn, Reliability, Scaled};
pub use metrics::{ClassScores, Confusion, Interval, Scores};
pub use predictions::Predictions;
pub use significance::mcnemar;

/// Images of `shape` per batch of evaluation and prediction, so that the layers' outputs do not fill
/// the memory: 250 small ones, 33 of 224x224 in colour. Changes speed, not results.
pub fn batch_size(shape: ImageShape) -> usize {
    const VALUES: usize = 5_000_000;
    (VALUES / shape.len().max(1)).clamp(1, 250)
}

/// `evaluation.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// `train`, `valid` or `test`.
    pub split: String,
    pub images: usize,
    /// Mean over images of the loss the network was trained with, classes unweighted.
    pub loss: f64,
    pub accuracy: f64,
    /// Wilson's interval, 95%.
    pub accuracy_interval: Interval,
    /// Share of images whose class is among the five highest scores.
    pub top5_accuracy: f64,
    pub macro_mean: Scores,
    /// Weighted by the images of each class.
    pub weighted_mean: Scores,
    pub classes: Vec<ClassScores>,
    /// Rows: the true class; columns: the class given.
    pub confusion: Confusion,
    /// Speed of the pass, opening network and images not counted, and the first batch neither
    /// where there are more: it pays for memory that the others find ready.
    pub images_per_second: f64,
}

/// Evaluation failed.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("the device failed: {0}")]
    Device(String),
    #[error(
        "there are no {0} images to evaluate on; choose another split with --split, or raise data.{0}_fraction when training"
    )]
    NoImages(String),
}

fn failed(error: impl fmt::Display) -> EvaluationError {
    EvaluationError::Device(error.to_string())
}

/// Class probabilities of images.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: one row of `classes` probabilities per image
///
/// # Errors
/// The device failed.
pub fn probabilities(
    network: &Network,
    images: Tensor<4>,
) -> Result<Vec<Vec<f32>>, EvaluationError> {
    let logits = network.forward(images);
    let [_, classes] = logits.dims();
    let data = activation::softmax(logits, 1)
        .try_into_data()
        .map_err(failed)?;
    let values: Vec<f32> = data.iter().collect();
    Ok(values.chunks(classes).map(<[f32]>::to_vec).collect())
}

/// Class indices from the most to the least likely; equal probabilities in class order.
pub fn ranking(probabilities: &[f32]) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..probabilities.len()).collect();
    classes.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
    classes
}

/// Evaluates `network` on `images`, `batch_size` at a time; `progress` hears how many are done and says whether to go on.
///
/// Returns what the network says about each image, too.
///
/// # Errors
/// There are no images, one cannot be read, or the device failed.
pub fn evaluate(
    network: &Network,
    loss: &Loss,
    (split, images): (&str, &Split),
    classes: &[String],
    device: &Device,
    batch_size: usize,
    mut progress: impl FnMut(usize) -> bool,
) -> Result<(Evaluation, Predictions), EvaluationError> {
    if images.is_empty() {
        return Err(EvaluationError::NoImages(split.into()));
    }
    let mut confusion = Confusion::new(classes.len());
    let mut predictions = Predictions::new(classes.len());
    let loss = loss.unweighted();
    let (mut loss_sum, mut top5) = (0.0, 0);
    let indices: Vec<usize> = (0..images.len()).collect();
    let (mut started, mut timed) = (Instant::now(), images.len());
    for (number, indices) in indices.chunks(batch_size).enumerate() {
        if number == 1 {
            (started, timed) = (Instant::now(), images.len() - batch_size);
        }
        let batch = ImageBatch::read(images, indices, device)?;
        let logits = network.forward(batch.images);
        let mean = loss.forward(logits.clone(), batch.targets);
        let mean = mean.try_into_scalar::<f64>().map_err(failed)?;
        loss_sum += mean * indices.len() as f64;
        let scores: Vec<f32> = logits.try_into_data().map_err(failed)?.iter().collect();
        for (scores, &index) in scores.chunks(classes.len()).zip(indices) {
            let target = images.label(index);
            let ranking = predictions.add(target, scores);
            confusion.add(target, ranking[0]);
            top5 += usize::from(ranking.iter().take(5).any(|&class| class == target));
        }
        if !progress(confusion.images()) {
            return Err(EvaluationError::Interrupted);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let scores = confusion.scores();
    let count = images.len();
    let evaluation = Evaluation {
        split: split.into(),
        images: count,
        loss: loss_sum / count as f64,
        accuracy: confusion.correct() as f64 / count as f64,
        accuracy_interval: Interval::wilson(confusion.correct(), count),
        top5_accuracy: top5 as f64 / count as f64,
        macro_mean: Scores::mean(&scores, |_| 1.0),
        weighted_mean: Scores::mean(&scores, |support| support as f64),
        classes: (classes.iter().zip(scores))
            .map(|(name, (scores, support))| ClassScores {
                name: name.clone(),
                scores,
                support,
            })
            .collect(),
        confusion,
        images_per_second: timed as f64 / seconds.max(1e-9),
    };
    Ok((evaluation, predictions))
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.2}%", 100.0 * share);
        writeln!(
            f,
            "{} images of the {} split: accuracy {} (95% interval {} to {}), top-5 {}, loss {:.4}\n",
            grouped(self.images),
            self.split,
            percent(self.accuracy),
            percent(self.accuracy_interval.low),
            percent(self.accuracy_interval.high),
            percent(self.top5_accuracy),
            self.loss,
        )?;
        let mut scores = table(["class", "precision", "recall", "F1", "images"], 1);
        let row = |name: &str, s: &Scores, images: usize| {
            let [p, r, f1] = [s.precision, s.recall, s.f1].map(|share| format!("{share:.4}"));
            [name.to_string(), p, r, f1, grouped(images)]
        };
        for class in &self.classes {
            scores.add_row(row(&class.name, &class.scores, class.support));
        }
        scores.add_row(row("mean over classes", &self.macro_mean, self.images));
        scores.add_row(row("mean over images", &self.weighted_mean, self.images));
        writeln!(f, "{scores}\n")?;
        writeln!(
            f,
            "confusion matrix (rows: true class, columns: class given)"
        )?;
        let mut matrix = comfy_table::Table::new();
        matrix.load_preset(comfy_table::presets::NOTHING);
        let numbers = 0..self.classes.len();
        matrix.set_header(
            [String::new()]
                .into_iter()
                .chain(numbers.map(|n| n.to_string())),
        );
        for (number, (class, row)) in self.classes.iter().zip(self.confusion.counts()).enumerate() {
            let name = format!("{number} {}", class.name);
            matrix.add_row([name].into_iter().chain(row.iter().map(usize::to_string)));
        }
        write!(f, "{matrix}")
    }
}

#[cfg(test)]
mod tests;
