//! The backward pass of a convolution block: pooling, activation, bias and convolution, one image
//! after the other.

mod by_rows;
mod inputs;
mod method;
mod products;
mod run;
mod scratch;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use self::inputs::BackwardInputs;
use self::method::{Method, SumLayout};
use self::run::run;
use self::scratch::Sums;
use super::geometry::Geometry;
use super::panels::channel_stride;
use super::saved::SavedForBackward;
use crate::host::{HostTensor, View};
use crate::simd::{arch, f32_lanes};
use crate::uninit::UninitBuffer;

/// Gradients of the loss with respect to images, weight and bias, those that `needs_grad` asks
/// for, from the one with respect to the output.
///
/// `None` where a tensor has no 32-bit floats in this process's memory; the forward pass has then
/// returned `None` as well.
pub fn backward<B: HostTensor>(
    saved: &SavedForBackward<B>,
    gradient: &FloatTensor<B>,
    needs_grad: [bool; 3],
) -> Option<[Option<FloatTensor<B>>; 3]> {
    let images = View::of::<B>(&saved.images)?;
    let gradient = View::of::<B>(gradient)?;
    let weight_shape: [usize; 4] = saved.weight.shape().to_vec().try_into().ok()?;
    let geometry = Geometry::new(images.shape, weight_shape, &saved.block)?;
    let g = &geometry;
    let lanes = f32_lanes(arch());
    let method = Method::choose(g, lanes);
    let inputs = BackwardInputs {
        geometry: g,
        images: &images,
        gradient: &gradient,
        output: match &saved.output {
            Some(output) => View::of::<B>(output)?.values,
            None => (&[][..]).into(),
        },
        argmax: saved.argmax.as_deref().map(Vec::as_slice),
        activated: saved.activated.as_deref().map(Vec::as_slice),
        weights: match needs_grad[0] {
            true => method.panels(g, lanes, &B::into_vec(saved.weight.clone())),
            false => Vec::new(),
        },
        taps: (g.run_offsets.iter())
            .flat_map(|run| (0..g.run_len).map(move |at| run + at))
            .collect(),
        stride: channel_stride(g, lanes),
        method,
        weight_gradient: needs_grad[1],
    };
    let mut image_gradient = UninitBuffer::new(match needs_grad[0] {
        true => g.batch * g.height * g.width * g.channels,
        false => 0,
    });
    let layout = SumLayout::new(method, g, lanes);
    let zeros = Sums::new(layout.len(g), inputs.stride);
    let sums = run(&inputs, zeros, &mut image_gradient)?;

    let device = saved.images.device();
    let image_gradient = needs_grad[0].then(|| {
        let shape = [g.batch, g.height, g.width, g.channels];
        let values = B::from_vec(image_gradient.into_vec(), &shape, &device);
        B::float_permute(values, &[0, 3, 1, 2])
    });
    let weight_gradient = needs_grad[1].then(|| {
        let values = weight_gradient(g, layout, &sums.weights);
        B::from_vec(values, &weight_shape, &device)
    });
    let bias_gradient = needs_grad[2].then(|| {
        let values = sums.bias[..g.out_channels].to_vec();
        B::from_vec(values, &[g.out_channels], &device)
    });
    Some([image_gradient, weight_gradient, bias_gradient])
}

/// The fewest weights of one thread, where their sums are reordered.
const MIN_WORK: usize = 1 << 17;

/// The sums in the order of the weight,
/// `[out channels, channels / groups, kernel height, kernel width]`.
fn weight_gradient(g: &Geometry, layout: SumLayout, sums: &[f32]) -> Vec<f32> {
    let [group_in, _] = g.group();
    let kernel_size = g.kernel[0] * g.kernel[1];
    let taps = g.taps();
    let mut values = vec![0.0; g.out_channels * taps];
    let filters = values.par_chunks_exact_mut(taps).enumerate();
    let filters = filters.with_min_len(MIN_WORK.div_ceil(taps));
    filters.for_each(|(filter, values)| {
        let [start, step] = layout.filter(filter);
        for (input, values) in values.chunks_exact_mut(kernel_size).enumerate() {
            for (tap, value) in values.iter_mut().enumerate() {
                *value = sums[start + (tap * group_in + input) * step];
            }
        }
    });
    values
}
