//! What a fused operation computes, apart from its tensors.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arithmetic::ConvAxis;

/// A non-linearity, applied to each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(0, x)`
    Relu,
    /// `min(max(0, x), 6)`, see Howard et al., "MobileNets" (arXiv 1704.04861).
    Relu6,
    /// Hyperbolic tangent, output in `(-1, 1)`.
    Tanh,
}

impl Activation {
    /// Whether it is cheap enough to be applied to sums while they are in registers.
    pub fn clamps(self) -> bool {
        matches!(self, Activation::Relu | Activation::Relu6)
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Activation::Relu => "relu",
            Activation::Relu6 => "relu6",
            Activation::Tanh => "tanh",
        })
    }
}

/// How a pooling window is summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKind {
    Max,
    /// Mean over the window; whether padding counts in the divisor.
    Average {
        count_include_pad: bool,
    },
}

/// Pooling over `[height, width]`. Windows that do not fit are dropped (no ceiling mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    pub kind: PoolKind,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// On both sides; at most half the kernel.
    pub padding: [usize; 2],
    /// Of a maximum; an average has `[1, 1]`.
    pub dilation: [usize; 2],
}

impl Pool {
    /// The window along height (0) or width (1).
    pub fn axis(&self, axis: usize) -> ConvAxis {
        ConvAxis {
            kernel: self.kernel[axis],
            stride: self.stride[axis],
            dilation: self.dilation[axis],
        }
    }
}

/// A convolution, then an activation, then pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvBlock {
    /// `[height, width]`, as all pairs here.
    pub stride: [usize; 2],
    /// Zeros at `[top, left, bottom, right]`.
    pub padding: [usize; 4],
    pub dilation: [usize; 2],
    pub groups: usize,
    pub activation: Option<Activation>,
    pub pool: Option<Pool>,
    /// Whether the output's channels are to lie one after the other in memory, as a flattening
    /// wants them. Changes the layout, not the values.
    pub channels_first: bool,
}

impl Default for ConvBlock {
    fn default() -> Self {
        Self {
            stride: [1, 1],
            padding: [0; 4],
            dilation: [1, 1],
            groups: 1,
            activation: None,
            pool: None,
            channels_first: false,
        }
    }
}

/// One step of Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019), what depends on
/// the number of the step worked out:
/// `value = value * shrink - rate * first / (sqrt(second) + epsilon)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// Decay of the first moment per step.
    pub beta_1: f32,
    /// Decay of the second moment per step.
    pub beta_2: f32,
    /// Learning rate, bias corrections included.
    pub rate: f32,
    /// Bias correction of the second moment included.
    pub epsilon: f32,
    /// Weight decay that is added to the gradient (Adam), or 0.
    pub decay: f32,
    /// Factor of the parameter (AdamW), or 1.
    pub shrink: f32,
}

/// One step of gradient descent with momentum, as PyTorch's `SGD` without dampening.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdStep {
    pub rate: f32,
    /// `0` where there is none.
    pub momentum: f32,
    pub nesterov: bool,
    /// Weight decay that is added to the gradient, or 0.
    pub decay: f32,
}
