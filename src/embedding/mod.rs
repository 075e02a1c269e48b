//! Where a network puts images: the features before its last layer, projected to two dimensions.

mod scatter;

use bhtsne::{Neighbor, tSNE};
use burn::linalg::svd;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use crate::data::{ImageBatch, Split};
use crate::inspection::{InspectionError, read};
use crate::models::{Features, Layer, Network, forward};

pub use scatter::scatter;

/// Images per pass.
const BATCH: usize = 64;
/// Sweeps of the singular value decomposition per value; LAPACK allows six.
const SWEEPS: usize = 60;
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

/// The first two principal components, and the share of the variance of each (Pearson 1901).
///
/// # Errors
/// The device failed, or a feature is not finite.
pub fn principal_components(
    features: &Embedded,
    device: &Device,
) -> Result<(Points, [f64; 2]), InspectionError> {
    if features.values.iter().any(|value| !value.is_finite()) {
        return Err(InspectionError::NotFinite);
    }
    let (images, width) = (features.images, features.width);
    let data = TensorData::new(features.values.clone(), [images, width]);
    let x = Tensor::<2>::from_data(data, device);
    let x = x.clone() - x.mean_dim(0);
    // The decomposition is cubic: of the products of images or of features, whichever are fewer.
    let (directions, squares, across) = match images < width {
        true => {
            let (u, squares, _) = svd::<2, 1>(x.clone().matmul(x.transpose()), SWEEPS);
            (u, squares, true)
        }
        false => {
            let (_, squares, v) = svd::<2, 1>(x.clone().transpose().matmul(x.clone()), SWEEPS);
            (x.matmul(v.transpose()), squares, false)
        }
    };
    let squares: Vec<f64> = read(squares)?.into_iter().map(f64::from).collect();
    let total = squares.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let columns = directions.dims()[1];
    let places = read(directions)?;
    // Of products of images, the directions are the places but for their length.
    let length = |axis: usize| match across {
        true => squares
            .get(axis)
            .map_or(0.0, |square| square.max(0.0).sqrt()) as f32,
        false => 1.0,
    };
    let place = |image: usize, axis: usize| match axis < columns {
        true => places[image * columns + axis] * length(axis),
        false => 0.0,
    };
    let points = (0..images).map(|image| [place(image, 0), place(image, 1)]);
    let share = |axis: usize| squares.get(axis).copied().unwrap_or(0.0) / total;
    Ok((points.collect(), [share(0), share(1)]))
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
