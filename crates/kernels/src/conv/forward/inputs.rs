//! What all images of a forward pass share.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::Simd;

use crate::bias::Bias;
use crate::conv::finite::largest_magnitude;
use crate::conv::geometry::Geometry;
use crate::conv::panels::{Panels, channel_stride};
use crate::host::{HostTensor, View};
use crate::product::Product;

/// What all images of a forward pass share.
pub struct ForwardInputs<'a> {
    pub geometry: &'a Geometry,
    pub images: &'a View<'a>,
    /// One for each group, `[taps][output channels of the group]`; a single one where the
    /// convolution is depthwise.
    pub weights: Vec<Panels>,
    /// One for each output channel, and zeros up to whole panels.
    pub bias: Vec<f32>,
    /// By absolute value.
    largest_weight: f32,
    largest_bias: f32,
}

impl<'a> ForwardInputs<'a> {
    /// Brings weight and bias into the order of the kernels, for vectors of `lanes` values.
    ///
    /// `None` where the bias has another length than the output has channels, or where a weight
    /// is NaN or infinite.
    pub fn new<B: HostTensor>(
        geometry: &'a Geometry,
        images: &'a View<'a>,
        weight: &FloatTensor<B>,
        bias: &Bias<B>,
        lanes: usize,
    ) -> Option<Self> {
        let g = geometry;
        let biases = bias
            .as_ref()
            .map_or(g.out_channels, |bias| bias.shape().num_elements());
        if biases != g.out_channels {
            return None; // Burn reports what is wrong
        }
        let kernel = B::into_vec(weight.clone());
        let Some(largest_weight) = largest_magnitude(&kernel) else {
            log::debug!("convolution by Burn's own operations: a weight is NaN or infinite");
            return None;
        };
        let weights = match g.depthwise() {
            true => vec![Panels::depthwise(g, lanes, &kernel)],
            false => (0..g.groups)
                .map(|group| Panels::by_tap(g, lanes, group, &kernel))
                .collect(),
        };
        let mut padded_bias = vec![0.0; channel_stride(g, lanes) + lanes];
        if let Some(bias) = bias.as_ref() {
            padded_bias[..g.out_channels].copy_from_slice(&B::into_vec(bias.clone()));
        }
        Some(Self {
            geometry,
            images,
            weights,
            largest_weight,
            largest_bias: largest_magnitude(&padded_bias).unwrap_or(f32::INFINITY),
            bias: padded_bias,
        })
    }

    /// Whether no sum over an image with values of at most `largest` can overflow.
    pub fn stays_finite(&self, largest: f32) -> bool {
        let taps = self.geometry.taps() as f32;
        largest * self.largest_weight * taps + self.largest_bias < f32::MAX / 2.0
    }

    /// The convolution of one group's `image` with one panel of its filters.
    #[inline(always)]
    pub fn product<'b, S: Simd>(
        &'b self,
        image: &'b [f32],
        weights: &'b Panels,
        panel: usize,
    ) -> Product<'b> {
        let [_, group_out] = self.geometry.group();
        Product {
            a: image,
            segments: &self.geometry.run_offsets,
            len: self.geometry.run_len,
            step: 1,
            b: &weights.values,
            b_start: weights.at(panel),
            b_step: weights.width,
            wide: weights.width > S::F32_LANES,
            columns: weights.width.min(group_out - panel * weights.width),
        }
    }
}
