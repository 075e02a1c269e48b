//! A convolution at chosen positions.

use pulp::Simd;

use super::inputs::ForwardInputs;
use crate::conv::depthwise;
use crate::product::{Epilogue, Row};
use crate::spec::Activation;

/// Positions of the convolution computed together, at least: enough to fill tiles.
pub const MIN_POSITIONS: usize = 48;

/// The convolution at `positions`, which lead from `image` to the output channels in `out`.
#[inline(always)]
pub fn convolve<S: Simd>(
    simd: S,
    inputs: &ForwardInputs,
    image: &[f32],
    positions: &[Row],
    activation: Option<Activation>,
    out: &mut [f32],
) {
    let g = inputs.geometry;
    if let (true, [weights]) = (g.depthwise(), inputs.weights.as_slice()) {
        let (stride, values) = (weights.width, &weights.values);
        let bias = &inputs.bias;
        depthwise::convolve(
            simd, g, image, values, stride, bias, positions, activation, out,
        );
        return;
    }
    let [group_in, group_out] = g.group();
    for (group, weights) in inputs.weights.iter().enumerate() {
        for panel in 0..weights.panels {
            let channel = group * group_out + panel * weights.width;
            let product = inputs.product::<S>(&image[group * group_in..], weights, panel);
            let mut epilogue = Epilogue::Activate {
                bias: &inputs.bias[channel..],
                activation,
                out: &mut out[channel..],
            };
            product.run(simd, positions, &mut epilogue);
        }
    }
}
