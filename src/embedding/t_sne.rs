use bhtsne::{Neighbor, tSNE};
use rayon::prelude::*;

use super::embeddings::Embeddings;
use super::points::Points;

/// About how many neighbours of each image are kept near, as the authors recommend; fewer for few
/// images.
const PERPLEXITY: f32 = 30.0;
const EPOCHS: usize = 1000;
/// Barnes-Hut: a cell of distant images counts as one point below this ratio of its size to its
/// distance.
const THETA: f32 = 0.5;
/// Standard deviation of the points at the start.
const INITIAL_DEVIATION: f32 = 1e-4;

/// Barnes-Hut t-SNE (van der Maaten 2014, arXiv 1301.3342). It starts from the principal components
/// `initial`, which keeps large distances meaningful (Kobak and Berens 2019) and makes the result
/// the same every time.
pub fn t_sne(embeddings: &Embeddings, initial: &Points) -> Points {
    let squares = |axis: usize| initial.iter().map(|point| point[axis].powi(2)).sum::<f32>();
    let deviation = (squares(0).max(squares(1)) / initial.len().max(1) as f32).sqrt();
    // All images have the same features.
    if deviation <= f32::MIN_POSITIVE {
        return initial.clone();
    }
    let images: Vec<&[f32]> = embeddings.values.chunks(embeddings.width).collect();
    let initial: Vec<f32> = (initial.iter().flatten())
        .map(|value| value * INITIAL_DEVIATION / deviation)
        .collect();
    // The algorithm needs three times as many neighbours, other images than the image itself.
    let perplexity = PERPLEXITY.min((images.len() - 1) as f32 / 3.0);
    // The crate's own search for neighbours is random.
    let neighbors = nearest(&images, (3.0 * perplexity) as usize);
    let mut fit = tSNE::<f32, &[f32], 2>::new(&images);
    fit.perplexity(perplexity)
        .epochs(EPOCHS)
        .initial_embedding(initial)
        .barnes_hut_with_neighbors(THETA, &neighbors);
    let values = fit.embedding();
    values.chunks(2).map(|point| [point[0], point[1]]).collect()
}

/// The `count` nearest other images of each image by Euclidean distance, the nearest first.
fn nearest(images: &[&[f32]], count: usize) -> Vec<Vec<Neighbor<f32>>> {
    let neighbors = images.par_iter().enumerate().map(|(number, image)| {
        let others = images
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != number);
        let mut others: Vec<Neighbor<f32>> = others
            .map(|(index, other)| {
                let squares = image.iter().zip(*other).map(|(a, b)| (a - b).powi(2));
                let distance = squares.sum::<f32>().sqrt();
                Neighbor { index, distance }
            })
            .collect();
        others.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        others.truncate(count);
        others
    });
    neighbors.collect()
}
