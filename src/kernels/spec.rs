//! What a fused operation computes, apart from its tensors.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A non-linearity, applied to each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(0, x)`
    Relu,
    /// Hyperbolic tangent, output in `(-1, 1)`.
    Tanh,
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Activation::Relu => "relu",
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
        }
    }
}
