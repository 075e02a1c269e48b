//! Blur: Gaussian and median.

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::filter::{median_filter, separable_filter_equal};
use serde::{Deserialize, Serialize};

use super::Picture;

/// Blurs each channel; beyond the border the nearest pixel is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Blur {
    pub method: BlurMethod,
    /// Standard deviation of `gaussian` in pixels, from 0.1 to 50; 1 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sigma: Option<f64>,
    /// Side of the square of `median` in pixels, odd, 3 to 99; 3 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlurMethod {
    #[default]
    Gaussian,
    Median,
}

const SIGMA: f64 = 1.0;
const SIZE: u32 = 3;

impl Blur {
    pub(super) fn apply(&self, picture: Picture) -> Picture {
        match self.method {
            BlurMethod::Gaussian => gaussian(picture, self.sigma.unwrap_or(SIGMA)),
            BlurMethod::Median => {
                let radius = self.size.unwrap_or(SIZE) / 2;
                match picture {
                    Picture::Grey(image) => Picture::Grey(median_filter(&image, radius, radius)),
                    Picture::Rgb(image) => Picture::Rgb(median_filter(&image, radius, radius)),
                }
            }
        }
    }
}

/// Each channel blurred with a standard deviation of `sigma` pixels; the kernel goes as far as three
/// of them, as OpenCV's does for 8-bit images.
pub(super) fn gaussian(picture: Picture, sigma: f64) -> Picture {
    let size = ((6.0 * sigma + 1.0).round() as usize) | 1;
    let kernel = gaussian_kernel(size, sigma);
    picture.map_planes(|image| rounded(&filtered(&image, &kernel)))
}

/// `size` weights, an odd number, that sum to 1.
pub(super) fn gaussian_kernel(size: usize, sigma: f64) -> Vec<f32> {
    let middle = (size / 2) as f64;
    let weights: Vec<f64> = (0..size)
        .map(|at| (-(at as f64 - middle).powi(2) / (2.0 * sigma * sigma)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    (weights.iter())
        .map(|weight| (weight / sum) as f32)
        .collect()
}

/// `image` filtered by `kernel` along rows and columns. In 32 bits, because imageproc rounds in
/// between where it filters 8-bit images.
pub(super) fn filtered(image: &GrayImage, kernel: &[f32]) -> ImageBuffer<Luma<f32>, Vec<f32>> {
    let (width, height) = image.dimensions();
    let values = ImageBuffer::from_fn(width, height, |x, y| {
        Luma([f32::from(image.get_pixel(x, y)[0])])
    });
    separable_filter_equal(&values, kernel)
}

/// Values to the nearest grey level.
pub(super) fn rounded(values: &ImageBuffer<Luma<f32>, Vec<f32>>) -> GrayImage {
    let (width, height) = values.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        [values.get_pixel(x, y)[0].round_ties_even() as u8].into()
    })
}
