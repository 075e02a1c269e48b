//! From 8-bit values to the input of the network; part of the model, and repeated at prediction.

use serde::{Deserialize, Serialize};

use super::error::DataError;

pub use crate::preparation::Normalize;

/// Mean and standard deviation of each channel, of values in `[0, 1]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    pub mean: Vec<f32>,
    pub deviation: Vec<f32>,
    /// Whether each image is normalized by its own mean and standard deviation instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_image: bool,
}

impl Normalization {
    /// Values in `[0, 1]`.
    pub fn unit(channels: usize) -> Self {
        Self {
            mean: vec![0.0; channels],
            deviation: vec![1.0; channels],
            per_image: false,
        }
    }

    /// For values that are normalized already.
    pub fn none() -> Self {
        Self {
            mean: Vec::new(),
            deviation: Vec::new(),
            per_image: false,
        }
    }

    /// Mean 0 and standard deviation 1 over all values of each image.
    pub fn per_image() -> Self {
        Self {
            per_image: true,
            ..Self::none()
        }
    }

    /// The given `[mean, deviation]` of red, green and blue.
    ///
    /// # Errors
    /// The images are grey.
    pub fn pretrained(
        channels: usize,
        [mean, deviation]: [[f32; 3]; 2],
    ) -> Result<Self, DataError> {
        match channels {
            3 => Ok(Self {
                mean: mean.to_vec(),
                deviation: deviation.to_vec(),
                per_image: false,
            }),
            channels => Err(DataError::NotRgb { channels }),
        }
    }

    /// Lookup tables for the 256 pixel values.
    pub fn tables(&self) -> Tables {
        if self.per_image {
            return Tables::PerImage;
        }
        let table = |(&mean, &deviation): (&f32, &f32)| table(mean, deviation);
        Tables::PerChannel(self.mean.iter().zip(&self.deviation).map(table).collect())
    }
}

/// Lookup tables from pixel values to the input of the network.
#[derive(Debug, Clone, PartialEq)]
pub enum Tables {
    /// One table for each channel.
    PerChannel(Vec<[f32; 256]>),
    /// The table is computed from each image.
    PerImage,
}

/// The normalized value of each pixel value.
fn table(mean: f32, deviation: f32) -> [f32; 256] {
    std::array::from_fn(|pixel| (pixel as f32 / 255.0 - mean) / deviation)
}

impl Tables {
    /// Writes the normalized values of `pixels`, `[channels, height, width]`, to `values`.
    pub fn apply(&self, pixels: &[u8], values: &mut [f32]) {
        match self {
            Self::PerChannel(tables) => per_channel(tables, pixels, values),
            Self::PerImage => per_channel(&[table_of_image(pixels)], pixels, values),
        }
    }
}

fn per_channel(tables: &[[f32; 256]], pixels: &[u8], values: &mut [f32]) {
    let area = pixels.len() / tables.len().max(1);
    let channels = pixels
        .chunks(area.max(1))
        .zip(values.chunks_mut(area.max(1)));
    for ((pixels, values), table) in channels.zip(tables) {
        for (value, &pixel) in values.iter_mut().zip(pixels) {
            *value = table[usize::from(pixel)];
        }
    }
}

/// The table by which `pixels` get mean 0 and standard deviation 1.
fn table_of_image(pixels: &[u8]) -> [f32; 256] {
    let count = pixels.len().max(1) as f64;
    let [sum, squares] = pixels.iter().fold([0u64; 2], |[sum, squares], &pixel| {
        let pixel = u64::from(pixel);
        [sum + pixel, squares + pixel * pixel]
    });
    let mean = sum as f64 / count / 255.0;
    let variance = squares as f64 / count / (255.0 * 255.0) - mean * mean;
    let deviation = variance.max(0.0).sqrt().max(1.0 / count.sqrt() / 255.0);
    table(mean as f32, deviation as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_values_are_those_of_the_pixels_divided_by_255() {
        let tables = Normalization::unit(1).tables();
        let mut values = [0.0; 3];
        tables.apply(&[0, 51, 255], &mut values);
        assert_eq!(values, [0.0, 51.0 / 255.0, 1.0]);
    }

    #[test]
    fn an_image_by_itself_has_mean_zero_and_deviation_one_over_all_channels() {
        let tables = Normalization::per_image().tables();
        let mut values = [0.0; 6];
        tables.apply(&[10, 20, 30, 40, 50, 250], &mut values);
        // (x - numpy.mean(x)) / numpy.std(x)
        let expected = [-0.6827, -0.5623, -0.4418, -0.3213, -0.2008, 2.2089];
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-4, "{values:?}");
        }
        tables.apply(&[90; 6], &mut values);
        assert!(values.iter().all(|value| value.abs() < 1e-6), "{values:?}");
    }
}
