//! The settings of a convolution.

use burn::nn::PaddingConfig2d;

/// What a convolution needs to be built.
#[derive(Debug, Clone)]
pub struct ConvSpec {
    pub in_channels: usize,
    pub out_channels: usize,
    pub kernel_size: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub groups: usize,
    pub padding: PaddingConfig2d,
    pub bias: bool,
}

impl ConvSpec {
    /// A convolution with stride 1, no dilation, one group, no padding, and a bias.
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: usize) -> Self {
        Self {
            in_channels,
            out_channels,
            kernel_size: [kernel_size; 2],
            stride: [1, 1],
            dilation: [1, 1],
            groups: 1,
            padding: PaddingConfig2d::Valid,
            bias: true,
        }
    }

    /// The same with another padding.
    pub fn padded(self, padding: PaddingConfig2d) -> Self {
        Self { padding, ..self }
    }

    /// The same with `count` zeros on all four sides.
    pub fn zeros(self, count: usize) -> Self {
        self.padded(PaddingConfig2d::Explicit(count, count, count, count))
    }

    /// The same with another stride along height and width.
    pub fn strided(self, stride: usize) -> Self {
        Self {
            stride: [stride; 2],
            ..self
        }
    }

    /// The same with one filter for each channel.
    pub fn depthwise(self) -> Self {
        Self {
            groups: self.in_channels,
            ..self
        }
    }

    /// The same without a bias, as before a batch norm.
    pub fn unbiased(self) -> Self {
        Self {
            bias: false,
            ..self
        }
    }
}
