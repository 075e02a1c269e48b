//! Test images with the class predicted for them.

use super::content::Example;
use super::error::ReportError;
use super::pictures::thumbnail;
use super::sources::Sources;

/// The most images of one list.
const IMAGES: usize = 12;

/// The test images with a wrong prediction, from the highest predicted probability down.
///
/// # Errors
/// An image cannot be read, or [`ReportError::Picture`].
pub fn confident_mistakes(sources: &Sources) -> Result<Vec<Example>, ReportError> {
    let mut indices = mistakes_by_confidence(sources);
    indices.truncate(IMAGES);
    examples(sources, indices)
}

/// The test images with a right prediction, from the lowest predicted probability up.
///
/// # Errors
/// An image cannot be read, or [`ReportError::Picture`].
pub fn uncertain_hits(sources: &Sources) -> Result<Vec<Example>, ReportError> {
    let mut rated = rated(sources, true);
    rated.sort_by(|a, b| a.0.total_cmp(&b.0));
    examples(
        sources,
        rated.into_iter().map(|(_, index)| index).take(IMAGES),
    )
}

/// Indices of the test images with a wrong prediction, from the highest predicted probability down.
pub fn mistakes_by_confidence(sources: &Sources) -> Vec<usize> {
    let mut rated = rated(sources, false);
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));
    rated.into_iter().map(|(_, index)| index).collect()
}

/// Predicted probability and index of the test images with a right, or a wrong, prediction.
fn rated(sources: &Sources, hits: bool) -> Vec<(f64, usize)> {
    let test = sources.test;
    (0..test.len())
        .filter(|&index| test.hit(index) == hits)
        .map(|index| (test.confidence(index, 1.0), index))
        .collect()
}

/// The test images at `indices`.
///
/// # Errors
/// An image cannot be read, or [`ReportError::Picture`].
pub fn examples(
    sources: &Sources,
    indices: impl IntoIterator<Item = usize>,
) -> Result<Vec<Example>, ReportError> {
    let examples = indices.into_iter().map(|index| example(sources, index));
    examples.collect()
}

/// The test image at `index`.
///
/// # Errors
/// The image cannot be read, or [`ReportError::Picture`].
pub fn example(sources: &Sources, index: usize) -> Result<Example, ReportError> {
    let class = |class: usize| sources.dataset.classes[class].clone();
    Ok(Example {
        index,
        picture: thumbnail(&pixels(sources, index)?, sources.dataset.test.shape())?,
        target: class(sources.test.target(index)),
        predicted: class(sources.test.predicted(index)),
        probability: sources.test.confidence(index, 1.0),
    })
}

/// Pixels of the test image at `index`, `[channels, height, width]`.
///
/// # Errors
/// The image cannot be read.
pub fn pixels(sources: &Sources, index: usize) -> Result<Vec<u8>, ReportError> {
    let test = &sources.dataset.test;
    let mut pixels = vec![0; test.shape().len()];
    test.read(index, &mut pixels)?;
    Ok(pixels)
}
