//! Linear filters along rows and columns.

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::filter::separable_filter_equal;

use super::picture::Picture;

/// Blurs each channel with a Gaussian of standard deviation `sigma` pixels, cut off at three standard
/// deviations as OpenCV's for 8-bit images.
pub fn gaussian(picture: Picture, sigma: f64) -> Picture {
    let size = ((6.0 * sigma + 1.0).round() as usize) | 1;
    let kernel = gaussian_kernel(size, sigma);
    picture.map_planes(|image| rounded(&filtered(&image, &kernel)))
}

/// A Gaussian kernel of `size` weights, an odd number, that sum to 1.
pub fn gaussian_kernel(size: usize, sigma: f64) -> Vec<f32> {
    let middle = (size / 2) as f64;
    let weights: Vec<f64> = (0..size)
        .map(|at| (-(at as f64 - middle).powi(2) / (2.0 * sigma * sigma)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    (weights.iter())
        .map(|weight| (weight / sum) as f32)
        .collect()
}

/// Filters `image` by `kernel` along rows, then along columns. In 32-bit floats, because imageproc
/// rounds in between when it filters an 8-bit image.
pub fn filtered(image: &GrayImage, kernel: &[f32]) -> ImageBuffer<Luma<f32>, Vec<f32>> {
    let (width, height) = image.dimensions();
    let values = ImageBuffer::from_fn(width, height, |x, y| {
        Luma([f32::from(image.get_pixel(x, y)[0])])
    });
    separable_filter_equal(&values, kernel)
}

/// Rounds values to the nearest grey level, ties to even as OpenCV does.
pub fn rounded(values: &ImageBuffer<Luma<f32>, Vec<f32>>) -> GrayImage {
    let (width, height) = values.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        [values.get_pixel(x, y)[0].round_ties_even() as u8].into()
    })
}
