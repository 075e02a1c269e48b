//! Which values of the gradient are not zero.

use pulp::Simd;

use crate::conv::geometry::Geometry;
use crate::conv::pooling::{SavedImage, activation_backward};
use crate::simd::{load, store};

/// A gradient that is not zero, and the offset of the first value under its kernel in the padded
/// image.
#[derive(Debug, Clone, Copy, Default)]
pub struct NonZero {
    pub offset: usize,
    pub gradient: f32,
}

/// The gradients of one image that are not zero, for each output channel.
#[derive(Default)]
pub struct NonZeros {
    values: Vec<NonZero>,
    /// Number of them for each output channel.
    counts: Vec<usize>,
    /// Length of the part of `values` that each output channel has.
    capacity: usize,
    /// Offset, in the padded image, of each value of a pooling window from its first.
    offsets: Vec<usize>,
}

impl NonZeros {
    /// Those of an output channel.
    pub fn of(&self, channel: usize) -> &[NonZero] {
        let start = channel * self.capacity;
        &self.values[start..start + self.counts[channel]]
    }

    /// Gathers the gradients of one image and adds their sums to `bias`.
    ///
    /// `gradient` is `[rows, width, channels]` with pixels `stride` apart; it is taken back through
    /// the activation in place.
    #[inline(always)]
    pub fn gather<S: Simd>(
        &mut self,
        simd: S,
        g: &Geometry,
        saved: &SavedImage,
        gradient: &mut [f32],
        stride: usize,
        bias: &mut [f32],
    ) {
        let Some(argmax) = saved.argmax else { return };
        self.capacity = g.out_size[0] * g.out_size[1];
        self.values
            .resize(g.out_channels * self.capacity, NonZero::default());
        self.counts.clear();
        self.counts.resize(g.out_channels, 0);
        let (down, right) = (g.base(1, 0), g.base(0, 1));
        let [dilation_y, dilation_x] = g.pool.dilation;
        self.offsets.clear();
        for y in 0..g.pool.kernel[0] {
            let row = y * dilation_y * down;
            (self.offsets).extend((0..g.pool.kernel[1]).map(|x| row + x * dilation_x * right));
        }
        // Where a window starts in the padding, its maximum lies further on.
        let padding = g.pool.padding[0] * down + g.pool.padding[1] * right;
        for y in 0..g.out_size[0] {
            for x in 0..g.out_size[1] {
                let cell = y * g.out_size[1] + x;
                let values = &mut gradient[cell * stride..][..stride];
                for channel in (0..g.out_channels).step_by(S::F32_LANES) {
                    let at = cell * g.out_channels + channel;
                    let value = load::<S>(values, channel);
                    let value = activation_backward(simd, g, saved, at, value);
                    store::<S>(values, channel, value);
                    let sum = simd.add_f32s(load::<S>(bias, channel), value);
                    store::<S>(bias, channel, sum);
                }
                let start = y * g.pool.stride[0] * down + x * g.pool.stride[1] * right;
                let argmax = &argmax[cell * g.out_channels..][..g.out_channels];
                let cells = values.iter().zip(argmax).zip(&mut self.counts).enumerate();
                for (channel, ((&gradient, &tap), count)) in cells {
                    let offset = start + self.offsets[usize::from(tap)] - padding;
                    // Always written, and kept where it is not zero: no branch to predict.
                    self.values[channel * self.capacity + *count] = NonZero { offset, gradient };
                    *count += usize::from(gradient != 0.0);
                }
            }
        }
    }
}
