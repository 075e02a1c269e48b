//! Batch norm with the statistics of the batch on the CPU, the activation after it, and the
//! backward pass (Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167).
//!
//! Values lie pixel after pixel, each with its channels. Threads take blocks of pixels; as the
//! blocks do not depend on the number of threads, neither does any sum.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::buffer::Room;
use super::host::{HostTensor, readable};
use super::simd::{MOST_LANES, activate, activation_gradient, arch, load_some, store_some};
use super::spec::Activation;

/// Values of a block, about: it stays in the second cache while it is read twice.
const BLOCK: usize = 1 << 15;

/// What the backward pass needs of the forward pass.
#[derive(Debug, Clone)]
pub struct Tape<B: HostTensor> {
    x: FloatTensor<B>,
    /// Where there is an activation.
    output: Option<FloatTensor<B>>,
    mean: Vec<f32>,
    /// `1 / sqrt(variance + epsilon)`
    inverse: Vec<f32>,
    gamma: Vec<f32>,
    activation: Option<Activation>,
}

/// What the forward pass gives.
pub struct Normalized<B: HostTensor> {
    pub output: FloatTensor<B>,
    /// `[channels]`
    pub mean: FloatTensor<B>,
    /// `[channels]`, over the number of pixels.
    pub variance: FloatTensor<B>,
    pub tape: Tape<B>,
}

/// Normalises the batch; `None` where the tensors are not 32-bit floats, or where a statistic is
/// NaN or infinite: Burn's own operations then say what becomes of it.
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
        return None; // and Burn says what is wrong
    }
    let device = x.device();
    let x = in_order::<B>(x)?;
    let (values, _) = readable::<B>(&x)?;
    readable::<B>(gamma).and(readable::<B>(beta))?;
    let [gamma, beta] = [gamma, beta].map(|tensor| B::into_values(tensor.clone()));

    let rows = Rows::of(channels);
    let [mean, variance] = statistics(&values, rows);
    let inverse: Vec<f32> = variance
        .iter()
        .map(|variance| 1.0 / (variance + epsilon).sqrt())
        .collect();
    let finite = |values: &Vec<f32>| values.iter().all(|value| value.is_finite());
    if ![&mean, &inverse, &gamma, &beta].into_iter().all(finite) {
        log::debug!("batch norm by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    let scale: Vec<f32> = gamma.iter().zip(&inverse).map(|(g, i)| g * i).collect();
    let [wide_mean, scale, shift] = [&mean, &scale, &beta].map(|values| rows.wide(values));

    let mut room = Room::new(values.len());
    let mut all = room.all();
    let parts = values.chunks(rows.block());
    let parts: Vec<_> = parts.map(|x| (x, all.take(x.len()))).collect();
    let arch = arch();
    parts.into_par_iter().for_each(|(x, part)| {
        arch.dispatch(Normalize {
            x,
            out: part.open(),
            mean: &wide_mean,
            scale: &scale,
            shift: &shift,
            activation,
        });
    });
    let output = B::from_values(room.into_values(), &[pixels, channels], &device);
    let of_channels = |values: &Vec<f32>| B::from_values(values.clone(), &[channels], &device);
    drop(values);
    Some(Normalized {
        mean: of_channels(&mean),
        variance: of_channels(&variance),
        tape: Tape {
            x,
            output: activation.map(|_| output.clone()),
            mean,
            inverse,
            gamma,
            activation,
        },
        output,
    })
}

/// Gradients of the loss with respect to input, `gamma` and `beta` from the one with respect to
/// the output.
pub fn backward<B: HostTensor>(
    tape: &Tape<B>,
    gradient: FloatTensor<B>,
) -> Option<[FloatTensor<B>; 3]> {
    let [pixels, channels]: [usize; 2] = tape.x.shape().to_vec().try_into().ok()?;
    let device = tape.x.device();
    let (x, _) = readable::<B>(&tape.x)?;
    let output = match &tape.output {
        Some(output) => readable::<B>(output)?.0,
        None => (&[][..]).into(),
    };
    let mut gradient = B::into_values(gradient);
    let rows = Rows::of(channels);
    let (block, arch) = (rows.block(), arch());
    let [mean, inverse] = [&tape.mean, &tape.inverse].map(|values| rows.wide(values));

    let sums: Vec<[Vec<f32>; 2]> = (gradient.par_chunks_mut(block).enumerate())
        .map(|(number, gradient)| {
            let at = number * block;
            let mut sums = [vec![0.0; rows.width], vec![0.0; rows.width]];
            let [of_gradients, of_products] = &mut sums;
            arch.dispatch(SumGradients {
                x: &x[at..][..gradient.len()],
                output: output.get(at..).unwrap_or_default(),
                gradient,
                mean: &mean,
                inverse: &inverse,
                activation: tape.activation,
                of_gradients,
                of_products,
            });
            sums.map(|sums| rows.narrow(&sums))
        })
        .collect();
    let total = |which: usize| -> Vec<f32> {
        let of_channel = |channel: usize| {
            let terms = sums.iter().map(|sums| f64::from(sums[which][channel]));
            terms.sum::<f64>() as f32
        };
        (0..channels).map(of_channel).collect()
    };
    let (beta, gamma) = (total(0), total(1));

    // With `y = (x - mean) * inverse`, the input's gradient is
    // `gamma * inverse * (g - mean(g) - y * mean(g * y))`.
    let count = pixels as f32;
    let of_channels = |value: &dyn Fn(usize) -> f32| -> Vec<f32> {
        let values: Vec<f32> = (0..channels).map(value).collect();
        rows.wide(&values)
    };
    let scale = of_channels(&|c| tape.gamma[c] * tape.inverse[c]);
    let less = of_channels(&|c| beta[c] / count);
    let tilt = of_channels(&|c| tape.inverse[c] * gamma[c] / count);
    (gradient.par_chunks_mut(block).zip(x.par_chunks(block))).for_each(|(gradient, x)| {
        arch.dispatch(ToInput {
            gradient,
            x,
            mean: &mean,
            scale: &scale,
            less: &less,
            tilt: &tilt,
        });
    });
    Some([
        B::from_values(gradient, &[pixels, channels], &device),
        B::from_values(gamma, &[channels], &device),
        B::from_values(beta, &[channels], &device),
    ])
}

/// The tensor with its values in the order of its shape.
fn in_order<B: HostTensor>(x: &FloatTensor<B>) -> Option<FloatTensor<B>> {
    let shape = x.shape().to_vec();
    let (_, strides) = readable::<B>(x)?;
    if strides == [shape[1], 1] {
        return Some(x.clone());
    }
    let values = B::into_values(x.clone());
    Some(B::from_values(values, &shape, &x.device()))
}

/// How values are walked over: as rows of one pixel or of several, so that whole vectors fit.
#[derive(Clone, Copy)]
struct Rows {
    channels: usize,
    /// Values of a row, a multiple of the channels.
    width: usize,
}

impl Rows {
    fn of(channels: usize) -> Self {
        let together = (1..=MOST_LANES).find(|n| (n * channels).is_multiple_of(MOST_LANES));
        Self {
            channels,
            width: channels * together.unwrap_or(1),
        }
    }

    /// Values of a block: whole rows.
    fn block(self) -> usize {
        (BLOCK / self.width).max(1) * self.width
    }

    /// One value per channel, for every pixel of a row.
    fn wide(self, values: &[f32]) -> Vec<f32> {
        values.repeat(self.width / self.channels)
    }

    /// The sums of a row's columns that are of the same channel.
    fn narrow(self, sums: &[f32]) -> Vec<f32> {
        let mut narrow = vec![0.0; self.channels];
        for pixel in sums.chunks_exact(self.channels) {
            (narrow.iter_mut().zip(pixel)).for_each(|(sum, value)| *sum += value);
        }
        narrow
    }
}

/// Mean and variance of every channel. A block's squares are taken around its own mean, as sums
/// of squares around zero would lose what a mean far from zero leaves of them (Chan, Golub and
/// LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
fn statistics(x: &[f32], rows: Rows) -> [Vec<f32>; 2] {
    let arch = arch();
    let blocks: Vec<_> = (x.par_chunks(rows.block()))
        .map(|x| {
            let pixels = (x.len() / rows.channels) as f64;
            let mut sums = vec![0.0; rows.width];
            arch.dispatch(Sum { x, sums: &mut sums });
            let mean = rows.narrow(&sums);
            let mean: Vec<f32> = (mean.iter().map(|sum| sum / pixels as f32)).collect();
            let mut squares = vec![0.0; rows.width];
            arch.dispatch(SumSquares {
                x,
                mean: &rows.wide(&mean),
                sums: &mut squares,
            });
            (pixels, mean, rows.narrow(&squares))
        })
        .collect();
    let pixels = (x.len() / rows.channels) as f64;
    let of_channel = |channel: usize| {
        let mean = (blocks.iter())
            .map(|(count, mean, _)| count * f64::from(mean[channel]))
            .sum::<f64>()
            / pixels;
        let squares = blocks.iter().map(|(count, of_block, squares)| {
            let apart = f64::from(of_block[channel]) - mean;
            f64::from(squares[channel]) + count * apart * apart
        });
        (mean as f32, (squares.sum::<f64>() / pixels) as f32)
    };
    let (mean, variance) = (0..rows.channels).map(of_channel).unzip();
    [mean, variance]
}

/// Sums of a block's columns.
struct Sum<'a> {
    x: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        // Plain arithmetic: the compiler makes vectors of it for the instruction set at hand.
        for row in self.x.chunks(self.sums.len()) {
            for (sum, x) in self.sums.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}

/// Sums of squared distances from the mean.
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

/// `activation((x - mean) * scale + shift)`
struct Normalize<'a> {
    x: &'a [f32],
    out: &'a mut [f32],
    mean: &'a [f32],
    scale: &'a [f32],
    shift: &'a [f32],
    activation: Option<Activation>,
}

impl WithSimd for Normalize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.mean.len();
        for (x, out) in self.x.chunks(width).zip(self.out.chunks_mut(width)) {
            for at in (0..x.len()).step_by(S::F32_LANES) {
                let end = x.len().min(at + S::F32_LANES);
                let load = |values: &[f32]| load_some::<S>(&values[at..end]);
                let value = simd.sub_f32s(load(x), load(self.mean));
                let value = simd.mul_add_e_f32s(value, load(self.scale), load(self.shift));
                store_some::<S>(&mut out[at..end], activate(simd, self.activation, value));
            }
        }
    }
}

/// Takes the gradient back through the activation, and sums it and its products with the
/// normalised values.
struct SumGradients<'a> {
    x: &'a [f32],
    output: &'a [f32],
    gradient: &'a mut [f32],
    mean: &'a [f32],
    inverse: &'a [f32],
    activation: Option<Activation>,
    of_gradients: &'a mut [f32],
    of_products: &'a mut [f32],
}

impl WithSimd for SumGradients<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.mean.len();
        let rows = self.x.chunks(width).zip(self.gradient.chunks_mut(width));
        for (number, (x, gradient)) in rows.enumerate() {
            for at in (0..x.len()).step_by(S::F32_LANES) {
                let end = x.len().min(at + S::F32_LANES);
                let load = |values: &[f32]| load_some::<S>(&values[at..end]);
                let mut value = load(gradient);
                if self.activation.is_some() {
                    let output = load(&self.output[number * width..]);
                    value = activation_gradient(simd, self.activation, output, value);
                    store_some::<S>(&mut gradient[at..end], value);
                }
                let normalized =
                    simd.mul_f32s(simd.sub_f32s(load(x), load(self.mean)), load(self.inverse));
                let sum = simd.add_f32s(load(self.of_gradients), value);
                store_some::<S>(&mut self.of_gradients[at..end], sum);
                let sum = simd.mul_add_e_f32s(value, normalized, load(self.of_products));
                store_some::<S>(&mut self.of_products[at..end], sum);
            }
        }
    }
}

/// `scale * (gradient - less - (x - mean) * tilt)`, in place of the gradient.
struct ToInput<'a> {
    gradient: &'a mut [f32],
    x: &'a [f32],
    mean: &'a [f32],
    scale: &'a [f32],
    less: &'a [f32],
    tilt: &'a [f32],
}

impl WithSimd for ToInput<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let width = self.mean.len();
        for (gradient, x) in self.gradient.chunks_mut(width).zip(self.x.chunks(width)) {
            let of_channels = self
                .mean
                .iter()
                .zip(self.scale)
                .zip(self.less.iter().zip(self.tilt));
            for ((gradient, x), ((mean, scale), (less, tilt))) in
                gradient.iter_mut().zip(x).zip(of_channels)
            {
                *gradient = scale * (*gradient - less - (x - mean) * tilt);
            }
        }
    }
}
