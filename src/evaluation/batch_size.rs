use crate::pixels::ImageShape;

/// Images of `shape` per batch of evaluation and prediction, from 1 to 250, so that the layers'
/// outputs fit into memory: 250 of 28x28 grey pixels, 33 of 224x224 in colour. Affects the speed, not
/// the results.
pub fn batch_size(shape: ImageShape) -> usize {
    const VALUES: usize = 5_000_000;
    (VALUES / shape.len().max(1)).clamp(1, 250)
}
