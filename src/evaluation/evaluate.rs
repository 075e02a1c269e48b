//! A network's results on the images of a split.

use std::time::Instant;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::error::EvaluationError;
use super::metrics::{ClassScores, Confusion, Interval, Scores};
use super::predictions::Predictions;
use crate::batching::ImageBatch;
use crate::data::Split;
use crate::loss::Loss;
use crate::models::Network;

/// Results of a network on the images of a split; stored as `evaluation.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// `train`, `valid` or `test`.
    pub split: String,
    pub images: usize,
    /// Mean over images of the loss that the network was trained with, without class weights.
    pub loss: f64,
    pub accuracy: f64,
    /// Wilson's 95% interval.
    pub accuracy_interval: Interval,
    /// Share of images whose true class has one of the five highest scores.
    pub top5_accuracy: f64,
    pub macro_mean: Scores,
    /// Weighted by the number of images of each class.
    pub weighted_mean: Scores,
    pub classes: Vec<ClassScores>,
    /// Rows: the true class; columns: the predicted class.
    pub confusion: Confusion,
    /// Speed of reading the images and of the forward pass. The first batch is not timed, unless it
    /// is the only one: it allocates the memory that later batches reuse.
    pub images_per_second: f64,
}

/// Evaluates `network` on the images of the split named `split`, `batch_size` at a time. After each
/// batch `progress` receives the number of images done; where it returns `false`, evaluation ends.
///
/// Returns the predictions for the single images as well.
///
/// # Errors
/// There are no images, one cannot be read, the device failed, or `progress` returned `false`.
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
        let mean = mean
            .try_into_scalar::<f64>()
            .map_err(EvaluationError::device)?;
        loss_sum += mean * indices.len() as f64;
        let scores: Vec<f32> = logits
            .try_into_data()
            .map_err(EvaluationError::device)?
            .iter()
            .collect();
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
