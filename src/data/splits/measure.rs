//! Mean and standard deviation of the training images.

use rayon::prelude::*;

use super::split::Split;
use crate::data::error::DataError;
use crate::data::normalization::Normalization;

/// Mean and standard deviation of each channel over the images of `split`; the deviation of a
/// constant channel is 1.
///
/// # Errors
/// An image can no longer be read.
pub(super) fn measure(split: &Split) -> Result<Normalization, DataError> {
    let shape = split.shape();
    let area = shape.height * shape.width;
    // Sums of integers do not depend on the order of the threads.
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
    Ok(Normalization {
        mean,
        deviation,
        per_image: false,
    })
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
        let measured = measure(&split(pixels.clone(), 2)).unwrap();
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
        let measured = measure(&split(vec![9; 6], 1)).unwrap();
        assert_eq!(measured.deviation, [1.0]);
    }
}
