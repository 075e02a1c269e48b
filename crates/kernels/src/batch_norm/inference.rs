//! Batch norm with statistics that do not depend on the batch, as in inference and where the layer is
//! frozen.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use super::elementwise::{Normalize, ScaleGradient};
use super::pixel_rows::PixelRows;
use super::{SavedForBackward, channel_sums, contiguous, values_of_channels};
use crate::host::{HostTensor, strided_values};
use crate::simd::arch;
use crate::spec::Activation;
use crate::uninit::UninitBuffer;

/// Scale, shift and statistics of each channel.
pub struct Fixed<'a, T> {
    pub gamma: &'a T,
    pub beta: &'a T,
    pub mean: &'a T,
    pub variance: &'a T,
    pub epsilon: f32,
}

/// `activation((x - mean) / sqrt(variance + epsilon) * gamma + beta)`.
///
/// `None` where the tensors are not 32-bit floats or do not fit together.
///
/// # Shapes
/// - `x`: `[pixels, channels]`
/// - of the channels: `[channels]`
pub fn forward<B: HostTensor>(
    x: &FloatTensor<B>,
    of_channels: Fixed<'_, FloatTensor<B>>,
    activation: Option<Activation>,
) -> Option<(FloatTensor<B>, SavedForBackward<B>)> {
    let [pixels, channels]: [usize; 2] = x.shape().to_vec().try_into().ok()?;
    if pixels * channels == 0 {
        return None;
    }
    let values_of = |tensor| values_of_channels::<B>(tensor, channels);
    let (gamma, beta) = (values_of(of_channels.gamma)?, values_of(of_channels.beta)?);
    let mean = values_of(of_channels.mean)?;
    let inverse_deviation: Vec<f32> = values_of(of_channels.variance)?
        .iter()
        .map(|variance| 1.0 / (variance + of_channels.epsilon).sqrt())
        .collect();
    let device = x.device();
    let x = contiguous::<B>(x)?;
    let (values, _) = strided_values::<B>(&x)?;
    let rows = PixelRows::of(channels);
    let scale: Vec<f32> = (gamma.iter().zip(&inverse_deviation))
        .map(|(gamma, inverse)| gamma * inverse)
        .collect();
    let [row_mean, scale, shift] = [&mean, &scale, &beta].map(|values| rows.per_pixel(values));
    let len = pixels * channels;
    let mut out = UninitBuffer::new(len);
    let mut rest = out.as_uninit();
    let blocks = values[..len].chunks(rows.block_len());
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
    drop(values);
    let saved = SavedForBackward {
        x,
        output: activation.map(|_| output.clone()),
        mean,
        inverse_deviation,
        gamma,
        activation,
    };
    Some((output, saved))
}

/// Gradients of the loss with respect to input, `gamma` and `beta`, those that `needs_grad` asks for,
/// from the one with respect to the output. The statistics are constants.
pub fn backward<B: HostTensor>(
    saved: &SavedForBackward<B>,
    gradient: FloatTensor<B>,
    needs_grad: [bool; 3],
) -> Option<[Option<FloatTensor<B>>; 3]> {
    let [pixels, channels]: [usize; 2] = saved.x.shape().to_vec().try_into().ok()?;
    let device = saved.x.device();
    let rows = PixelRows::of(channels);
    let mut gradient = B::into_vec(gradient);
    let mut of_channels = [None, None];
    let mut activation = saved.activation;
    if needs_grad[1] || needs_grad[2] {
        let (x, _) = strided_values::<B>(&saved.x)?;
        let mean = rows.per_pixel(&saved.mean);
        let [beta, gamma] = channel_sums(saved, rows, &mean, &x, &mut gradient)?;
        activation = None; // done along with the sums
        let vector = |values| B::from_vec(values, &[channels], &device);
        of_channels = [
            needs_grad[1].then(|| vector(gamma)),
            needs_grad[2].then(|| vector(beta)),
        ];
    }
    let x_gradient = match needs_grad[0] {
        true => {
            let output = match &saved.output {
                Some(output) => strided_values::<B>(output)?.0,
                None => (&[][..]).into(),
            };
            let scale: Vec<f32> = (saved.gamma.iter().zip(&saved.inverse_deviation))
                .map(|(gamma, inverse)| gamma * inverse)
                .collect();
            let scale = rows.per_pixel(&scale);
            let (block, arch) = (rows.block_len(), arch());
            let blocks = gradient.par_chunks_mut(block).enumerate();
            blocks.for_each(|(number, gradient)| {
                arch.dispatch(ScaleGradient {
                    gradient,
                    output: output.get(number * block..).unwrap_or_default(),
                    scale: &scale,
                    activation,
                });
            });
            Some(B::from_vec(gradient, &[pixels, channels], &device))
        }
        false => None,
    };
    let [gamma, beta] = of_channels;
    Some([x_gradient, gamma, beta])
}
