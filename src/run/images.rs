//! Images to look into a network with: pictures of one's own, and test images.

use std::path::Path;

use super::error::RunError;
use super::opened::OpenedRun;
use crate::data::Dataset;
use crate::data::decoding::decode;
use crate::inspection::{NamedImage, first_of_one_class};

/// The picture in a file, as the network of `run` gets it; `name` is what it is called.
///
/// # Errors
/// It cannot be read.
pub fn own_image(run: &OpenedRun, path: &Path, name: String) -> Result<NamedImage, RunError> {
    let pixels = decode(path, &run.card.image_options())?;
    Ok(NamedImage { name, pixels })
}

/// The test images at `indices`, or, where none are given, the first `default_count` of the first
/// one's class.
///
/// # Errors
/// An index is too large, or an image can no longer be read.
pub fn test_images(
    dataset: &Dataset,
    indices: &[usize],
    default_count: usize,
) -> Result<Vec<NamedImage>, RunError> {
    let test = &dataset.test;
    check_indices(dataset, indices)?;
    let indices: Vec<usize> = match indices.is_empty() {
        true => first_of_one_class(test, default_count),
        false => indices.to_vec(),
    };
    let named = indices.into_iter().map(|index| {
        let mut pixels = vec![0; test.shape().len()];
        test.read(index, &mut pixels)?;
        let class = &dataset.classes[test.label(index)];
        Ok(NamedImage {
            name: format!("{index}: {class}"),
            pixels,
        })
    });
    named.collect()
}

/// Refuses numbers of test images that are not there.
///
/// # Errors
/// [`RunError::NoSuchTestImage`]
pub fn check_indices(dataset: &Dataset, indices: &[usize]) -> Result<(), RunError> {
    let images = dataset.test.len();
    match indices.iter().find(|&&index| index >= images) {
        Some(&index) => Err(RunError::NoSuchTestImage { index, images }),
        None => Ok(()),
    }
}

/// The indices of at most `count` training images: the first of each class, then the second, and so
/// on.
pub fn training_images_in_turn(dataset: &Dataset, count: usize) -> Vec<usize> {
    let mut seen = vec![0; dataset.classes.len()];
    let mut places: Vec<[usize; 3]> = (0..dataset.train.len())
        .map(|index| {
            let class = dataset.train.label(index);
            seen[class] += 1;
            [seen[class], class, index]
        })
        .collect();
    places.sort_unstable();
    places.truncate(count);
    places.into_iter().map(|[.., index]| index).collect()
}
