//! The probability of each class for images.

use burn::tensor::{Tensor, activation};

use super::error::EvaluationError;
use crate::models::Network;

/// Class probabilities of images.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: for each image, one probability per class
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
        .map_err(EvaluationError::device)?;
    let values: Vec<f32> = data.iter().collect();
    Ok(values.chunks(classes).map(<[f32]>::to_vec).collect())
}

/// Class indices from the highest to the lowest of `scores`, one per class; equal scores in class
/// order.
pub fn ranking(scores: &[f32]) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..scores.len()).collect();
    classes.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    classes
}
