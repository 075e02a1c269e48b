//! Where a network puts images: the features before its last layer, projected to two dimensions.

mod scatter;

use bhtsne::{Neighbor, tSNE};
use burn::tensor::Device;
use rayon::prelude::*;

use crate::batching::ImageBatch;
use crate::data::Split;
use crate::inspection::{InspectionError, read};
use crate::models::{Features, Layer, Network, forward};

pub use scatter::scatter;

/// Images per pass.
const BATCH: usize = 64;
/// Steps of the search for principal components at most, and images of one piece of work.
const ITERATIONS: usize = 300;
const PIECE: usize = 64;
/// Neighbours that t-SNE keeps an image near to, as its authors use; fewer for few images.
const PERPLEXITY: f32 = 30.0;
/// Steps of t-SNE, the angle below which far images are taken together, and the deviation it starts
/// with.
const EPOCHS: usize = 1000;
const ANGLE: f32 = 0.5;
const SMALL_START: f32 = 1e-4;

/// What the layers before the last one with weights make of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    pub images: usize,
    pub width: usize,
    /// `[images, width]`
    pub values: Vec<f32>,
}

/// A place for each image.
pub type Points = Vec<[f32; 2]>;

/// The features of the first `images` of `split` before the last layer that has weights; feature
/// maps give their means.
///
/// # Errors
/// An image can no longer be read, or the device failed.
pub fn embed(
    network: &Network,
    split: &Split,
    images: usize,
    device: &Device,
) -> Result<Embedded, InspectionError> {
    let layers = network.layers();
    let head = layers
        .iter()
        .rposition(|(_, layer)| matches!(layer, Layer::Dense(_) | Layer::Conv(_)));
    let body = &layers[..head.unwrap_or(layers.len())];
    let indices: Vec<usize> = (0..split.len().min(images)).collect();
    let mut values = Vec::new();
    for indices in indices.chunks(BATCH) {
        let images = Features::Maps(ImageBatch::read(split, indices, device)?.images);
        let features = match forward(body, images) {
            Features::Vector(features) => features,
            Features::Maps(maps) => maps.mean_dims(&[2, 3]).flatten(1, 3),
        };
        values.extend(read(features)?);
    }
    Ok(Embedded {
        images: indices.len(),
        width: values.len() / indices.len().max(1),
        values,
    })
}

/// The first two principal components, and the share of the variance of each (Pearson 1901), by
/// orthogonal iteration.
///
/// # Errors
/// A feature is not finite.
pub fn principal_components(features: &Embedded) -> Result<(Points, [f64; 2]), InspectionError> {
    let width = features.width;
    let mut rows: Vec<f64> = features.values.iter().map(|&value| value.into()).collect();
    if rows.iter().any(|value| !value.is_finite()) {
        return Err(InspectionError::NotFinite);
    }
    for feature in 0..width {
        let column = || rows.iter().skip(feature).step_by(width);
        let mean = column().sum::<f64>() / features.images as f64;
        rows.iter_mut()
            .skip(feature)
            .step_by(width)
            .for_each(|value| *value -= mean);
    }
    // Squares of very large features would be infinite.
    let largest = rows
        .iter()
        .fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
    rows.iter_mut().for_each(|value| *value /= largest);
    let mut directions = [0, 1].map(|axis| {
        let start = (0..width).map(|feature| (1.0 + (feature * (axis + 1)) as f64).sin());
        start.collect::<Vec<f64>>()
    });
    let mut places = orthogonal(&mut directions, &rows);
    for _ in 0..ITERATIONS {
        let before = places.clone();
        directions = [0, 1].map(|axis| {
            let pieces = rows.par_chunks(width * PIECE).zip(places.par_chunks(PIECE));
            let sums = pieces.map(|(rows, places)| {
                let mut sum = vec![0.0; width];
                for (row, place) in rows.chunks(width).zip(places) {
                    let parts = sum.iter_mut().zip(row);
                    parts.for_each(|(sum, value)| *sum += value * place[axis]);
                }
                sum
            });
            // Added in the order of the images, whichever thread was first.
            let sums: Vec<Vec<f64>> = sums.collect();
            sums.into_iter().fold(vec![0.0; width], |mut total, sum| {
                let parts = total.iter_mut().zip(sum);
                parts.for_each(|(total, sum)| *total += sum);
                total
            })
        });
        places = orthogonal(&mut directions, &rows);
        let moved = places.iter().zip(&before);
        let moved = moved.map(|(now, then)| (now[0] - then[0]).abs().max((now[1] - then[1]).abs()));
        if moved.fold(0.0, f64::max) < 1e-9 {
            break;
        }
    }
    let total: f64 = rows.iter().map(|value| value * value).sum();
    let share = |axis: usize| {
        let squares = places
            .iter()
            .map(|place| place[axis] * place[axis])
            .sum::<f64>();
        squares / total.max(f64::MIN_POSITIVE)
    };
    let points = places
        .iter()
        .map(|place| place.map(|value| (value * largest) as f32));
    Ok((points.collect(), [share(0), share(1)]))
}

/// Makes two directions perpendicular and of length one, and returns where `rows` lie along them.
fn orthogonal(directions: &mut [Vec<f64>; 2], rows: &[f64]) -> Vec<[f64; 2]> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let unit = |direction: &mut Vec<f64>| {
        let length = dot(direction, direction).sqrt();
        // What rounding leaves of a direction that is not there is none.
        let scale = if length > 1e-12 { 1.0 / length } else { 0.0 };
        direction.iter_mut().for_each(|value| *value *= scale);
    };
    let [first, second] = directions;
    unit(first);
    let along = dot(first, second);
    second
        .iter_mut()
        .zip(first.iter())
        .for_each(|(b, a)| *b -= along * a);
    unit(second);
    let width = first.len();
    let rows = rows.par_chunks(width).with_min_len(PIECE);
    rows.map(|row| [dot(row, first), dot(row, second)])
        .collect()
}

/// t-SNE (van der Maaten and Hinton 2008) that begins with the principal components `start`, so that
/// it ends the same every time (Kobak and Berens 2019).
pub fn t_sne(features: &Embedded, start: &Points) -> Points {
    let spread = |axis: usize| start.iter().map(|point| point[axis].powi(2)).sum::<f32>();
    let deviation = (spread(0).max(spread(1)) / start.len().max(1) as f32).sqrt();
    // Images that are all alike have nowhere to go.
    if deviation <= f32::MIN_POSITIVE {
        return start.clone();
    }
    let images: Vec<&[f32]> = features.values.chunks(features.width).collect();
    let start: Vec<f32> = (start.iter().flatten())
        .map(|value| value * SMALL_START / deviation)
        .collect();
    // Three times as many neighbours are looked at, and an image is none of its own.
    let perplexity = PERPLEXITY.min((images.len() - 1) as f32 / 3.0);
    // The crate's own search for neighbours draws lots.
    let neighbors = nearest(&images, (3.0 * perplexity) as usize);
    let mut fit = tSNE::<f32, &[f32], 2>::new(&images);
    fit.perplexity(perplexity)
        .epochs(EPOCHS)
        .initial_embedding(start)
        .barnes_hut_with_neighbors(ANGLE, &neighbors);
    let places = fit.embedding();
    places.chunks(2).map(|place| [place[0], place[1]]).collect()
}

/// The `count` nearest other images of each image, the nearest first.
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

#[cfg(test)]
mod tests;
