//! Feature maps as a matrix: a row for each pixel, a column for each channel.
//!
//! This is the order in which the kernels leave them in memory. Burn's CPU backends take many times
//! as long on four axes that are out of order.

use burn::tensor::Tensor;

/// `[batch, channels, height, width]` as `[batch * height * width, channels]`.
pub fn to_pixels(maps: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = maps.dims();
    let last = maps.permute([0, 2, 3, 1]);
    last.reshape([batch * height * width, channels])
}

/// `[batch * height * width, channels]` as `[batch, channels, height, width]`.
pub fn to_maps(pixels: Tensor<2>, [batch, channels, height, width]: [usize; 4]) -> Tensor<4> {
    let last = pixels.reshape([batch, height, width, channels]);
    last.permute([0, 3, 1, 2])
}
