//! The sizes of a convolution block, and where its values lie.
//!
//! Inside the kernels images are channels-last, `[height, width, channels]`: the pixels under one
//! row of a kernel then lie side by side, and the sum over a kernel is a sum over a few long runs.

use crate::arithmetic::ConvAxis;
use crate::spec::{Activation, ConvBlock, Pool, PoolKind};

/// Sizes of a convolution block; see [`Geometry::new`].
#[derive(Debug, Clone)]
pub struct Geometry {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub out_channels: usize,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// `[top, left, bottom, right]`
    pub padding: [usize; 4],
    pub groups: usize,
    pub activation: Option<Activation>,
    /// A window of one where there is no pooling.
    pub pool: Pool,
    /// Rows and columns of the convolution, as far as pooling windows reach.
    pub conv_size: [usize; 2],
    /// Rows and columns after pooling.
    pub out_size: [usize; 2],
    /// Values per row of the padded image.
    pub row_len: usize,
    /// Rows of the padded image.
    pub padded_rows: usize,
    /// A kernel covers runs of neighbouring values; the offset of each from the first value under
    /// the kernel, for one group.
    pub run_offsets: Vec<usize>,
    /// Values per run.
    pub run_len: usize,
}

impl Geometry {
    /// The sizes of `block` on images `[batch, channels, height, width]` with a weight
    /// `[out channels, channels / groups, kernel height, kernel width]`.
    ///
    /// `None` where the sizes do not fit together, or where the kernels do not cover the pooling:
    /// windows of more than 256 values (a number in the window must fit a byte), padding of more
    /// than half a window, and padding together with dilation.
    pub fn new(image: [usize; 4], weight: [usize; 4], block: &ConvBlock) -> Option<Self> {
        let [batch, channels, height, width] = image;
        let [out_channels, group_channels, kernel_h, kernel_w] = weight;
        let pool = block.pool.unwrap_or(Pool {
            kind: PoolKind::Max,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
        });
        let sizes = image.iter().chain(&weight).chain(&block.stride);
        let sizes = sizes.chain(&block.dilation).chain(&pool.kernel);
        let positive = sizes
            .chain(&pool.stride)
            .chain(&pool.dilation)
            .all(|&n| n > 0);
        let grouped = block.groups > 0
            && channels == group_channels * block.groups
            && out_channels.is_multiple_of(block.groups);
        // Every window then holds at least one value that is not padding.
        let windows = (0..2).all(|axis| match pool.padding[axis] {
            0 => true,
            padding => 2 * padding <= pool.kernel[axis] && pool.dilation[axis] == 1,
        });
        if !positive || !grouped || !windows || pool.kernel[0] * pool.kernel[1] > 256 {
            return None;
        }
        let [top, left, bottom, right] = block.padding;
        let padded = [height + top + bottom, width + left + right];
        let kernel = [kernel_h, kernel_w];
        let mut conv_size = [0; 2];
        let mut out_size = [0; 2];
        for axis in 0..2 {
            let convolution = ConvAxis {
                kernel: kernel[axis],
                stride: block.stride[axis],
                dilation: block.dilation[axis],
            };
            let window = pool.axis(axis);
            let positions = convolution.output_size(padded[axis], 0)?;
            out_size[axis] = window.output_size(positions, 2 * pool.padding[axis])?;
            // Rows and columns that no window reaches are not computed.
            let seen = window.input_size(out_size[axis]);
            conv_size[axis] = (seen.saturating_sub(pool.padding[axis])).min(positions);
        }
        let row_len = padded[1] * channels;
        let along = |ky: usize| ky * block.dilation[0] * row_len;
        let (run_offsets, run_len) = if block.dilation[1] == 1 && block.groups == 1 {
            ((0..kernel_h).map(along).collect(), kernel_w * channels)
        } else {
            let step = block.dilation[1] * channels;
            let runs = (0..kernel_h)
                .flat_map(|ky| (0..kernel_w).map(move |kx| along(ky) + kx * step))
                .collect();
            (runs, group_channels)
        };
        Some(Self {
            batch,
            channels,
            height,
            width,
            out_channels,
            kernel,
            stride: block.stride,
            padding: block.padding,
            groups: block.groups,
            activation: block.activation,
            pool,
            conv_size,
            out_size,
            row_len,
            padded_rows: padded[0],
            run_offsets,
            run_len,
        })
    }

    /// Input and output channels of one group.
    pub fn group(&self) -> [usize; 2] {
        [self.channels, self.out_channels].map(|channels| channels / self.groups)
    }

    /// Values of one filter.
    pub fn taps(&self) -> usize {
        self.run_offsets.len() * self.run_len
    }

    /// Whether there is one filter for each channel.
    pub fn depthwise(&self) -> bool {
        self.groups > 1 && self.groups == self.channels && self.channels == self.out_channels
    }

    /// Offset, in the padded image, of the first value under the kernel at a position of the
    /// convolution.
    pub fn base(&self, y: usize, x: usize) -> usize {
        y * self.stride[0] * self.row_len + x * self.stride[1] * self.channels
    }

    /// Whether there is no pooling.
    pub fn unpooled(&self) -> bool {
        self.pool.kernel == [1, 1] && self.pool.stride == [1, 1] && self.pool.padding == [0, 0]
    }

    /// Whether there is max pooling.
    pub fn max_pools(&self) -> bool {
        !self.unpooled() && self.pool.kind == PoolKind::Max
    }

    /// Whether max pooling has 2x2 windows side by side, and the convolution is no depthwise one.
    pub fn max_pools_2x2(&self) -> bool {
        self.max_pools() && self.pools_2x2() && !self.depthwise()
    }

    /// Whether average pooling has 2x2 windows side by side.
    pub fn mean_pools_2x2(&self) -> bool {
        self.pool.kind != PoolKind::Max && self.pools_2x2()
    }

    fn pools_2x2(&self) -> bool {
        let pool = &self.pool;
        let side_by_side = pool.kernel == [2, 2] && pool.stride == [2, 2];
        side_by_side && pool.dilation == [1, 1] && pool.padding == [0, 0]
    }

    /// Rows of the convolution under the windows of rows `out` of the output.
    pub fn conv_rows(&self, out: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let (stride, padding) = (self.pool.stride[0], self.pool.padding[0]);
        let first = (out.start * stride).saturating_sub(padding);
        let last = self.pool.axis(0).input_size(out.end);
        let end = last.saturating_sub(padding).min(self.conv_size[0]);
        first.min(end)..end
    }

    /// The values along `axis` under the window of output position `out`: the number of each in the
    /// window, and its position in the convolution. Padding is left out.
    pub fn window(&self, axis: usize, out: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
        let start = out * self.pool.stride[axis];
        let (padding, dilation) = (self.pool.padding[axis], self.pool.dilation[axis]);
        let limit = self.conv_size[axis];
        (0..self.pool.kernel[axis]).filter_map(move |tap| {
            let at = (start + tap * dilation).checked_sub(padding)?;
            (at < limit).then_some((tap, at))
        })
    }

    /// Whether the window at column `x` of the output holds no padding.
    pub fn inside(&self, x: usize) -> bool {
        let start = x * self.pool.stride[1];
        let end = start + self.pool.axis(1).effective_kernel();
        start >= self.pool.padding[1] && end - self.pool.padding[1] <= self.conv_size[1]
    }
}
