//! Batch norm with the statistics of the batch on the CPU, the activation after it, and the
//! backward pass (Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167).
//!
//! Values lie pixel after pixel, each with its channels. Threads take blocks of pixels; as the
//! blocks do not depend on the number of threads, neither does any sum.

mod elementwise;
pub mod filters;
pub mod inference;
mod pixel_rows;
mod statistics;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use self::elementwise::{InputGradient, Normalize, SumGradients};
use self::pixel_rows::PixelRows;
use self::statistics::statistics;
use crate::host::{AxisOrder, HostTensor, strided_values};
use crate::simd::arch;
use crate::spec::Activation;
use crate::uninit::UninitBuffer;

/// What the forward pass saves for the backward pass.
#[derive(Debug, Clone)]
pub struct SavedForBackward<B: HostTensor> {
    x: FloatTensor<B>,
    /// Only where there is an activation.
    output: Option<FloatTensor<B>>,
    mean: Vec<f32>,
    /// `1 / sqrt(variance + epsilon)`
    inverse_deviation: Vec<f32>,
    gamma: Vec<f32>,
    activation: Option<Activation>,
}

/// The results of the forward pass.
pub struct Normalized<B: HostTensor> {
    pub output: FloatTensor<B>,
    /// `[channels]`
    pub mean: FloatTensor<B>,
    /// `[channels]`, the sum of squares divided by the number of pixels.
    pub variance: FloatTensor<B>,
    pub saved: SavedForBackward<B>,
}

/// Normalises the batch.
///
/// `None` where the tensors are not 32-bit floats or do not fit together, or where a statistic is
/// NaN or infinite: Burn's own operations then decide what the result is.
///
/// # Shapes
/// - `x`: `[pixels, channels]`
/// - `gamma`, `beta`: `[channels]`
pub fn forward<B: HostTensor>(
    x: &FloatTensor<B>,
    [gamma, beta]: [&FloatTensor<B>; 2],
    epsilon: f32,
    activation: Option<Activation>,
) -> Option<Normalized<B>> {
    let [pixels, channels]: [usize; 2] = x.shape().to_vec().try_into().ok()?;
    let fits = |tensor: &FloatTensor<B>| tensor.shape().num_elements() == channels;
    if pixels * channels == 0 || !fits(gamma) || !fits(beta) {
        return None; // Burn reports what is wrong
    }
    let device = x.device();
    let x = contiguous::<B>(x)?;
    let (all, _) = strided_values::<B>(&x)?;
    // Of a part of a tensor, the values of what comes after it follow.
    let values = &all[..pixels * channels];
    strided_values::<B>(gamma).and(strided_values::<B>(beta))?;
    let [gamma, beta] = [gamma, beta].map(|tensor| B::into_vec(tensor.clone()));

    let rows = PixelRows::of(channels);
    let [mean, variance] = statistics(values, rows);
    let inverse_deviation: Vec<f32> = variance
        .iter()
        .map(|variance| 1.0 / (variance + epsilon).sqrt())
        .collect();
    let finite = |values: &Vec<f32>| values.iter().all(|value| value.is_finite());
    if ![&mean, &inverse_deviation, &gamma, &beta]
        .into_iter()
        .all(finite)
    {
        log::debug!("batch norm by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    let scale: Vec<f32> = gamma
        .iter()
        .zip(&inverse_deviation)
        .map(|(g, i)| g * i)
        .collect();
    let [row_mean, scale, shift] = [&mean, &scale, &beta].map(|values| rows.per_pixel(values));

    let mut out = UninitBuffer::new(values.len());
    let mut rest = out.as_uninit();
    let blocks = values.chunks(rows.block_len());
    let blocks: Vec<_> = blocks.map(|x| (x, rest.split_to(x.len()))).collect();
    let arch = arch();
    blocks.into_par_iter().for_each(|(x, slice)| {
        arch.dispatch(Normalize {
            x,
            out: slice.zeroed(),
            mean: &row_mean,
            scale: &scale,
            shift: &shift,
            activation,
        });
    });
    let output = B::from_vec(out.into_vec(), &[pixels, channels], &device);
    let of_channels = |values: &Vec<f32>| B::from_vec(values.clone(), &[channels], &device);
    drop(all);
    Some(Normalized {
        mean: of_channels(&mean),
        variance: of_channels(&variance),
        saved: SavedForBackward {
            x,
            output: activation.map(|_| output.clone()),
            mean,
            inverse_deviation,
            gamma,
            activation,
        },
        output,
    })
}

/// Gradients of the loss with respect to input, `gamma` and `beta` from the one with respect to
/// the output.
pub fn backward<B: HostTensor>(
    saved: &SavedForBackward<B>,
    gradient: FloatTensor<B>,
) -> Option<[FloatTensor<B>; 3]> {
    let [pixels, channels]: [usize; 2] = saved.x.shape().to_vec().try_into().ok()?;
    let device = saved.x.device();
    let (x, _) = strided_values::<B>(&saved.x)?;
    let mut gradient = B::into_vec(gradient);
    let rows = PixelRows::of(channels);
    let (block, arch) = (rows.block_len(), arch());
    let mean = rows.per_pixel(&saved.mean);
    let [beta_gradient, gamma_gradient] = channel_sums(saved, rows, &mean, &x, &mut gradient)?;

    // With `y = (x - mean) * inverse_deviation`, the input's gradient is
    // `gamma * inverse_deviation * (g - mean(g) - y * mean(g * y))`.
    let count = pixels as f32;
    let per_channel = |value: &dyn Fn(usize) -> f32| -> Vec<f32> {
        let values: Vec<f32> = (0..channels).map(value).collect();
        rows.per_pixel(&values)
    };
    let scale = per_channel(&|c| saved.gamma[c] * saved.inverse_deviation[c]);
    let gradient_mean = per_channel(&|c| beta_gradient[c] / count);
    let slope = per_channel(&|c| saved.inverse_deviation[c] * gamma_gradient[c] / count);
    (gradient.par_chunks_mut(block).zip(x.par_chunks(block))).for_each(|(gradient, x)| {
        arch.dispatch(InputGradient {
            gradient,
            x,
            mean: &mean,
            scale: &scale,
            gradient_mean: &gradient_mean,
            slope: &slope,
        });
    });
    Some([
        B::from_vec(gradient, &[pixels, channels], &device),
        B::from_vec(gamma_gradient, &[channels], &device),
        B::from_vec(beta_gradient, &[channels], &device),
    ])
}

/// Takes the gradient back through the activation, in place, and sums it and its products with the
/// normalised values for every channel: the gradients of `beta` and `gamma`.
fn channel_sums<B: HostTensor>(
    saved: &SavedForBackward<B>,
    rows: PixelRows,
    mean: &[f32],
    x: &[f32],
    gradient: &mut [f32],
) -> Option<[Vec<f32>; 2]> {
    let output = match &saved.output {
        Some(output) => strided_values::<B>(output)?.0,
        None => (&[][..]).into(),
    };
    let inverse_deviation = rows.per_pixel(&saved.inverse_deviation);
    let (block, arch) = (rows.block_len(), arch());
    let sums: Vec<[Vec<f32>; 2]> = (gradient.par_chunks_mut(block).enumerate())
        .map(|(number, gradient)| {
            let start = number * block;
            let mut sums = [vec![0.0; rows.width], vec![0.0; rows.width]];
            let [gradient_sums, product_sums] = &mut sums;
            arch.dispatch(SumGradients {
                x: &x[start..][..gradient.len()],
                output: output.get(start..).unwrap_or_default(),
                gradient,
                mean,
                inverse_deviation: &inverse_deviation,
                activation: saved.activation,
                gradient_sums,
                product_sums,
            });
            sums.map(|sums| rows.per_channel(&sums))
        })
        .collect();
    let total = |which: usize| -> Vec<f32> {
        let of_channel = |channel: usize| {
            let terms = sums.iter().map(|sums| f64::from(sums[which][channel]));
            terms.sum::<f64>() as f32
        };
        (0..rows.channels).map(of_channel).collect()
    };
    Some([total(0), total(1)])
}

/// The values of a tensor with one for each channel.
///
/// `None` where it has another number of them, or no 32-bit floats in this process's memory.
fn values_of_channels<B: HostTensor>(tensor: &FloatTensor<B>, channels: usize) -> Option<Vec<f32>> {
    let fits = tensor.shape().num_elements() == channels;
    strided_values::<B>(tensor).filter(|_| fits)?;
    Some(B::into_vec(tensor.clone()))
}

/// The tensor with its values in row-major order.
fn contiguous<B: HostTensor>(x: &FloatTensor<B>) -> Option<FloatTensor<B>> {
    let order = AxisOrder::row_major(&x.shape().to_vec());
    if order.is_order_of::<B>(x) {
        return Some(x.clone());
    }
    let values = order.values::<B>(x)?.into_owned();
    Some(order.tensor::<B>(values, &x.device()))
}
