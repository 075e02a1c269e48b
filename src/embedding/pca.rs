use rayon::prelude::*;

use super::embeddings::Embeddings;
use super::points::Points;
use crate::inspection::InspectionError;

/// Iterations at most, and the largest change of a coordinate at which they end.
const ITERATIONS: usize = 300;
const CONVERGED: f64 = 1e-9;
/// Images per parallel task.
const CHUNK: usize = 64;

/// The coordinates of each image along the first two principal components, and the share of the
/// variance along each, from 0 to 1 (Pearson 1901), by orthogonal iteration.
///
/// # Errors
/// A feature is not finite.
pub fn principal_components(
    embeddings: &Embeddings,
) -> Result<(Points, [f64; 2]), InspectionError> {
    let width = embeddings.width;
    let values = embeddings.values.iter();
    let mut rows: Vec<f64> = values.map(|&value| value.into()).collect();
    if rows.iter().any(|value| !value.is_finite()) {
        return Err(InspectionError::NotFinite);
    }
    center(&mut rows, width);
    // Squares of very large features would be infinite.
    let largest = rows
        .iter()
        .fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
    rows.iter_mut().for_each(|value| *value /= largest);
    let mut directions = [0, 1].map(|axis| {
        let start = (0..width).map(|feature| (1.0 + (feature * (axis + 1)) as f64).sin());
        start.collect::<Vec<f64>>()
    });
    let mut coordinates = orthonormalize(&mut directions, &rows);
    for _ in 0..ITERATIONS {
        let before = coordinates.clone();
        directions = [0, 1].map(|axis| weighted_sum(&rows, &coordinates, axis, width));
        coordinates = orthonormalize(&mut directions, &rows);
        let changes = coordinates.iter().zip(&before);
        let changes =
            changes.map(|(now, then)| (now[0] - then[0]).abs().max((now[1] - then[1]).abs()));
        if changes.fold(0.0, f64::max) < CONVERGED {
            break;
        }
    }
    let total: f64 = rows.iter().map(|value| value * value).sum();
    let share = |axis: usize| {
        let squares = coordinates
            .iter()
            .map(|point| point[axis] * point[axis])
            .sum::<f64>();
        squares / total.max(f64::MIN_POSITIVE)
    };
    let points = coordinates
        .iter()
        .map(|point| point.map(|value| (value * largest) as f32));
    Ok((points.collect(), [share(0), share(1)]))
}

/// Subtracts the mean of each feature.
fn center(rows: &mut [f64], width: usize) {
    let images = rows.len() / width.max(1);
    for feature in 0..width {
        let column = || rows.iter().skip(feature).step_by(width);
        let mean = column().sum::<f64>() / images as f64;
        rows.iter_mut()
            .skip(feature)
            .step_by(width)
            .for_each(|value| *value -= mean);
    }
}

/// The sum of all `rows`, each weighted by its coordinate along `axis`.
fn weighted_sum(rows: &[f64], coordinates: &[[f64; 2]], axis: usize, width: usize) -> Vec<f64> {
    let chunks = rows
        .par_chunks(width * CHUNK)
        .zip(coordinates.par_chunks(CHUNK));
    let sums = chunks.map(|(rows, coordinates)| {
        let mut sum = vec![0.0; width];
        for (row, point) in rows.chunks(width).zip(coordinates) {
            let parts = sum.iter_mut().zip(row);
            parts.for_each(|(sum, value)| *sum += value * point[axis]);
        }
        sum
    });
    // Collected first, so that they are added in the order of the images and not of the threads.
    let sums: Vec<Vec<f64>> = sums.collect();
    sums.into_iter().fold(vec![0.0; width], |mut total, sum| {
        let parts = total.iter_mut().zip(sum);
        parts.for_each(|(total, sum)| *total += sum);
        total
    })
}

/// Makes two directions orthonormal (Gram-Schmidt) and returns the coordinates of `rows` along them.
fn orthonormalize(directions: &mut [Vec<f64>; 2], rows: &[f64]) -> Vec<[f64; 2]> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let normalize = |direction: &mut Vec<f64>| {
        let length = dot(direction, direction).sqrt();
        // A shorter direction is only rounding errors: the features vary along fewer directions.
        let scale = if length > 1e-12 { 1.0 / length } else { 0.0 };
        direction.iter_mut().for_each(|value| *value *= scale);
    };
    let [first, second] = directions;
    normalize(first);
    let along = dot(first, second);
    second
        .iter_mut()
        .zip(first.iter())
        .for_each(|(b, a)| *b -= along * a);
    normalize(second);
    let width = first.len();
    let rows = rows.par_chunks(width).with_min_len(CHUNK);
    rows.map(|row| [dot(row, first), dot(row, second)])
        .collect()
}
