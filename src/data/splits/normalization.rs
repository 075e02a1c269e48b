//! From 8-bit values to what the network sees; part of the model, and replayed at prediction.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::split::Split;
use crate::data::error::DataError;

pub use crate::preparation::Normalize;

/// Mean and standard deviation of each channel, of values in `[0, 1]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Normalization {
    pub mean: Vec<f32>,
    pub deviation: Vec<f32>,
    /// Each image has its own instead, over all its values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_image: bool,
}

impl Normalization {
    /// Leaves values in `[0, 1]`.
    pub fn unit(channels: usize) -> Self {
        Self {
            mean: vec![0.0; channels],
            deviation: vec![1.0; channels],
            per_image: false,
        }
    }

    /// For values that need none.
    pub fn none() -> Self {
        Self {
            mean: Vec::new(),
            deviation: Vec::new(),
            per_image: false,
        }
    }

    /// Of each image by itself.
    pub fn per_image() -> Self {
        Self {
            per_image: true,
            ..Self::none()
        }
    }

    /// Mean and deviation `[mean, deviation]` of red, green and blue.
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

    /// Mean and deviation of the images of `split`; a channel that never varies keeps deviation 1.
    ///
    /// # Errors
    /// An image can no longer be read.
    pub fn measure(split: &Split) -> Result<Self, DataError> {
        let shape = split.shape();
        let area = shape.height * shape.width;
        // Whole numbers add up to the same in any order.
        let zero = || vec![[0u64; 2]; shape.channels];
        let sums = (0..split.len()).into_par_iter().map(|index| {
            let mut pixels = vec![0; shape.len()];
            split.read(index, &mut pixels)?;
            let channels = pixels.chunks(area).map(|channel| {
                channel.iter().fold([0, 0], |[sum, squares], &pixel| {
                    let pixel = u64::from(pixel);
                    [sum + pixel, squares + pixel * pixel]
                })
            });
            Ok::<_, DataError>(channels.collect::<Vec<[u64; 2]>>())
        });
        let sums = sums.try_reduce(zero, |mut total, sums| {
            for (total, sums) in total.iter_mut().zip(sums) {
                total[0] += sums[0];
                total[1] += sums[1];
            }
            Ok(total)
        })?;
        let count = (split.len() * area).max(1) as f64;
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for [sum, squares] in sums {
            let average = sum as f64 / count;
            let spread = (squares as f64 / count - average * average).max(0.0).sqrt();
            mean.push((average / 255.0) as f32);
            deviation.push(if spread > 0.0 {
                (spread / 255.0) as f32
            } else {
                1.0
            });
        }
        Ok(Self {
            mean,
            deviation,
            per_image: false,
        })
    }

    /// The same, ready to be applied.
    pub fn tables(&self) -> Tables {
        if self.per_image {
            return Tables::PerImage;
        }
        let table = |(&mean, &deviation): (&f32, &f32)| table(mean, deviation);
        Tables::PerChannel(self.mean.iter().zip(&self.deviation).map(table).collect())
    }
}

/// How pixel values become the network's.
#[derive(Debug, Clone, PartialEq)]
pub enum Tables {
    /// The value of each of the 256 pixel values, for each channel.
    PerChannel(Vec<[f32; 256]>),
    /// Each image has a table of its own.
    PerImage,
}

/// The value of each pixel value.
fn table(mean: f32, deviation: f32) -> [f32; 256] {
    std::array::from_fn(|pixel| (pixel as f32 / 255.0 - mean) / deviation)
}

impl Tables {
    /// Writes the values of `pixels`, `[channels, height, width]`, to `values`.
    pub fn apply(&self, pixels: &[u8], values: &mut [f32]) {
        match self {
            Self::PerChannel(tables) => per_channel(tables, pixels, values),
            Self::PerImage => per_channel(&[of_image(pixels)], pixels, values),
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

/// The table by which `pixels` have mean 0 and deviation 1.
fn of_image(pixels: &[u8]) -> [f32; 256] {
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
    use std::sync::Arc;

    use super::*;
    use crate::data::sources::MemoryStore;
    use crate::pixels::ImageShape;

    fn split(pixels: Vec<u8>, channels: usize) -> Split {
        let shape = ImageShape::new(channels, 1, 2);
        let labels = vec![0; pixels.len() / shape.len()];
        Split::whole(Arc::new(MemoryStore::new("toy", shape, pixels, labels)))
    }

    #[test]
    fn standard_values_have_mean_zero_and_deviation_one_in_each_channel() {
        let pixels = vec![0, 100, 7, 9, 200, 255, 7, 11];
        let measured = Normalization::measure(&split(pixels.clone(), 2)).unwrap();
        let tables = measured.tables();
        let mut values = [0.0; 8];
        for image in 0..2 {
            let range = image * 4..image * 4 + 4;
            tables.apply(&pixels[range.clone()], &mut values[range]);
        }
        for channel in [[0, 1, 4, 5], [2, 3, 6, 7]] {
            let values = channel.map(|index| values[index]);
            let mean = values.iter().sum::<f32>() / 4.0;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / 4.0;
            assert!(
                mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4,
                "{mean} {variance}"
            );
        }
    }

    #[test]
    fn a_channel_that_never_varies_does_not_divide_by_zero() {
        let measured = Normalization::measure(&split(vec![9; 6], 1)).unwrap();
        assert_eq!(measured.deviation, [1.0]);
    }

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
