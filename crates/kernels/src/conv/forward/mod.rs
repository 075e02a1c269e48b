//! The forward pass of a convolution block: convolution, bias, activation and pooling in one pass
//! over each image.

mod convolve;
mod inputs;
mod max_pool_2x2;
mod outputs;
mod pooled;
mod run;
mod scratch;
mod unpooled;

use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;

use self::inputs::ForwardInputs;
use self::outputs::Outputs;
use self::run::run;
use super::geometry::Geometry;
use super::image::channels_first;
use super::saved::SavedForBackward;
use crate::bias::Bias;
use crate::host::{HostTensor, View};
use crate::simd::{arch, f32_lanes};
use crate::spec::ConvBlock;
use crate::uninit::UninitBuffer;

/// The output of the block, and with `save` what the backward pass needs.
///
/// `None` where the kernels do not cover a case, where the tensors do not fit together, or where a
/// value on the way is NaN or infinite: Burn's own operations then decide what the result is.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - `weight`: `[out channels, channels / groups, kernel height, kernel width]`
/// - output: `[batch, out channels, height, width]`
pub fn forward<B: HostTensor>(
    images: &FloatTensor<B>,
    weight: &FloatTensor<B>,
    bias: &Bias<B>,
    block: &ConvBlock,
    save: bool,
) -> Option<(FloatTensor<B>, Option<SavedForBackward<B>>)> {
    let view = View::of::<B>(images)?;
    let weight_shape = View::of::<B>(weight)?.shape;
    let geometry = covered(&view, weight_shape, block, save)?;
    let g = &geometry;
    let inputs = ForwardInputs::new::<B>(g, &view, weight, bias, f32_lanes(arch()))?;
    let mut outputs = Outputs::new(g, save);
    let threads = rayon::current_num_threads();
    if !run(&inputs, outputs.bands(g, threads), threads) {
        log::debug!("convolution by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    let values = outputs.values.into_vec();
    let device = images.device();
    let contiguous = block.channels_first.then(|| {
        let values = channels_first(&values, g.out_channels, g.out_size[0] * g.out_size[1]);
        let shape = [g.batch, g.out_channels, g.out_size[0], g.out_size[1]];
        B::from_vec(values, &shape, &device)
    });
    let shape = [g.batch, g.out_size[0], g.out_size[1], g.out_channels];
    let output = B::float_permute(B::from_vec(values, &shape, &device), &[0, 3, 1, 2]);
    let activation_last = g.activation.is_some() && outputs.activated.is_none();
    let saved = save.then(|| SavedForBackward {
        block: *block,
        images: images.clone(),
        weight: weight.clone(),
        output: activation_last.then(|| output.clone()),
        argmax: outputs.argmax.map(UninitBuffer::into_vec).map(Arc::new),
        activated: outputs.activated.map(UninitBuffer::into_vec).map(Arc::new),
    });
    Some((contiguous.unwrap_or(output), saved))
}

/// The sizes of the block; `None` where Burn's own operations are to compute it.
fn covered(
    images: &View,
    weight_shape: [usize; 4],
    block: &ConvBlock,
    save: bool,
) -> Option<Geometry> {
    let Some(g) = Geometry::new(images.shape, weight_shape, block) else {
        log::debug!(
            "convolution by Burn's own operations: images {:?}, weight {weight_shape:?}, {block:?}",
            images.shape
        );
        return None;
    };
    // Measured by `benches/kernels`: the copy to channels-last takes longer than is won after it.
    let row_major = images.strides[1] > 1;
    if !save && g.depthwise() && g.unpooled() && g.stride == [1, 1] && row_major {
        log::debug!(
            "depthwise convolution by Burn's own operation, which is faster on row-major images"
        );
        return None;
    }
    Some(g)
}
