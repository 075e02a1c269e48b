//! Mean and variance over a batch.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::pixel_rows::PixelRows;
use crate::simd::arch;

/// Mean and variance of every channel, `[channels]` each.
///
/// Squares are taken around the mean of each block and combined by the formula of Chan, Golub and
/// LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
/// Where the mean is far from zero, a sum of squares around zero would lose most of its digits.
pub fn statistics(x: &[f32], rows: PixelRows) -> [Vec<f32>; 2] {
    let arch = arch();
    let blocks: Vec<_> = (x.par_chunks(rows.block_len()))
        .map(|x| {
            let pixels = (x.len() / rows.channels) as f64;
            let mut sums = vec![0.0; rows.width];
            arch.dispatch(Sum { x, sums: &mut sums });
            let mean = rows.per_channel(&sums);
            let mean: Vec<f32> = (mean.iter().map(|sum| sum / pixels as f32)).collect();
            let mut squares = vec![0.0; rows.width];
            arch.dispatch(SumSquares {
                x,
                mean: &rows.per_pixel(&mean),
                sums: &mut squares,
            });
            (pixels, mean, rows.per_channel(&squares))
        })
        .collect();
    let pixels = (x.len() / rows.channels) as f64;
    let of_channel = |channel: usize| {
        let mean = (blocks.iter())
            .map(|(count, mean, _)| count * f64::from(mean[channel]))
            .sum::<f64>()
            / pixels;
        let squares = blocks.iter().map(|(count, block_mean, squares)| {
            let difference = f64::from(block_mean[channel]) - mean;
            f64::from(squares[channel]) + count * difference * difference
        });
        (mean as f32, (squares.sum::<f64>() / pixels) as f32)
    };
    let (mean, variance) = (0..rows.channels).map(of_channel).unzip();
    [mean, variance]
}

/// Adds up the rows of a block.
struct Sum<'a> {
    x: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        // The compiler turns this loop into vectors of the instruction set.
        for row in self.x.chunks(self.sums.len()) {
            for (sum, x) in self.sums.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}

/// Adds up the squared distances from the mean over the rows of a block.
struct SumSquares<'a> {
    x: &'a [f32],
    mean: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for SumSquares<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for row in self.x.chunks(self.sums.len()) {
            for ((sum, mean), x) in self.sums.iter_mut().zip(self.mean).zip(row) {
                *sum += (x - mean) * (x - mean);
            }
        }
    }
}
