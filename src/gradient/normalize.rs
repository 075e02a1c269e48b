use burn::tensor::Tensor;

use crate::data::Normalization;

/// Normalises images in pixel space, as [`Tables::apply`](crate::data::Tables::apply) does with 8-bit
/// values, but differentiably.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`, values from 0 to 1
/// - output: the same
pub(super) fn normalize(images: Tensor<4>, normalization: &Normalization) -> Tensor<4> {
    if normalization.per_image {
        return standardize_each(images);
    }
    if normalization.mean.is_empty() {
        return images;
    }
    let device = images.device();
    let of_channels = |values: &[f32]| {
        let values = Tensor::<1>::from_floats(values, &device);
        values.reshape([1, normalization.mean.len(), 1, 1])
    };
    (images - of_channels(&normalization.mean)) / of_channels(&normalization.deviation)
}

/// Gives each image mean 0 and standard deviation 1 over all its values.
fn standardize_each(images: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    // A constant of each image keeps the mean of almost uniform images precise in 32 bits.
    let first = images.clone().slice([0..batch, 0..1, 0..1, 0..1]).detach();
    let shifted = images - first;
    let centered = shifted.clone() - mean_of_each(shifted);
    let variance = mean_of_each(centered.clone().powi_scalar(2));
    // The deviation is at least 1 / sqrt(n) grey levels. The bound is on the variance, because the
    // square root has no finite derivative at 0.
    let values = (channels * height * width) as f64;
    let deviation = variance.clamp_min(1.0 / values / (255.0 * 255.0)).sqrt();
    centered / deviation
}

/// The mean of each image, `[batch, 1, 1, 1]`.
fn mean_of_each(images: Tensor<4>) -> Tensor<4> {
    // One axis after the other: rounding errors of one long sum in 32 bits would show.
    images.mean_dim(3).mean_dim(2).mean_dim(1)
}
