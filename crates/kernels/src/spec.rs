//! What an operation computes, apart from its tensors.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arithmetic::ConvAxis;

/// A non-linear function of each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(0, x)`; its slope is 0 at 0.
    Relu,
    /// `min(max(0, x), 6)`, see Howard et al., "MobileNets" (arXiv 1704.04861). As in PyTorch its
    /// slope is 0 at 0 and at 6.
    Relu6,
    /// Hyperbolic tangent, output in `[-1, 1]`.
    Tanh,
}

impl Activation {
    /// Whether it only clamps: cheap enough to be applied to sums while they are in registers.
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

/// What becomes of the values under a pooling window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKind {
    /// Their maximum; the gradient goes to the first of equal ones.
    Max,
    /// Their mean.
    Average {
        /// Whether zeros of the padding count in the divisor.
        count_include_pad: bool,
    },
}

/// Pooling. Pairs are `[height, width]`; a last window that is not full is left out (no ceiling
/// mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    pub kind: PoolKind,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// On either side; at most half the kernel.
    pub padding: [usize; 2],
    /// Of a maximum; an average has `[1, 1]`.
    pub dilation: [usize; 2],
}

impl Pool {
    /// Maxima over windows side by side.
    pub const fn max(kernel: [usize; 2]) -> Self {
        Self {
            kind: PoolKind::Max,
            kernel,
            stride: kernel,
            padding: [0, 0],
            dilation: [1, 1],
        }
    }

    /// Means over windows side by side.
    pub const fn average(kernel: [usize; 2]) -> Self {
        Self {
            kind: PoolKind::Average {
                count_include_pad: true,
            },
            ..Self::max(kernel)
        }
    }

    /// The window along height (0) or width (1).
    pub fn axis(&self, axis: usize) -> ConvAxis {
        ConvAxis {
            kernel: self.kernel[axis],
            stride: self.stride[axis],
            dilation: self.dilation[axis],
        }
    }
}

/// A part of feature maps: every `stride`-th pixel of every `stride`-th row, and channels of zeros.
///
/// The shortcut without weights of a residual block that halves the size and doubles the channels
/// ("option A" in He et al., "Deep Residual Learning for Image Recognition", arXiv 1512.03385).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subsample {
    /// At least 1.
    pub stride: usize,
    /// Channels of zeros `[before, after]` those of the maps.
    pub zeros: [usize; 2],
}

impl Subsample {
    /// The shape it makes of maps `[batch, channels, height, width]`.
    pub fn output_shape(self, [batch, channels, height, width]: [usize; 4]) -> [usize; 4] {
        let [before, after] = self.zeros;
        let [rows, columns] = [height, width].map(|side| side.div_ceil(self.stride));
        [batch, before + channels + after, rows, columns]
    }
}

/// A convolution, then an activation, then pooling. Pairs are `[height, width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvBlock {
    pub stride: [usize; 2],
    /// Zeros at `[top, left, bottom, right]`; see [`ConvAxis::same_padding`].
    pub padding: [usize; 4],
    pub dilation: [usize; 2],
    /// Groups of channels that are convolved separately; as many as channels for a depthwise
    /// convolution.
    pub groups: usize,
    pub activation: Option<Activation>,
    pub pool: Option<Pool>,
    /// Whether the output is to lie in memory in row-major order, as flattening needs it, instead
    /// of channels-last. Changes the layout, not the values.
    pub channels_first: bool,
}

impl Default for ConvBlock {
    /// Stride 1, no padding, one group, nothing after the convolution.
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

/// A step of Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (Loshchilov and Hutter, arXiv
/// 1711.05101), with everything that depends on the number of the step computed beforehand:
/// `parameter * shrink - rate * first / (sqrt(second) + epsilon)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// Decay of the first moment per step.
    pub beta_1: f32,
    /// Decay of the second moment per step.
    pub beta_2: f32,
    /// Learning rate, with both bias corrections.
    pub rate: f32,
    /// With the bias correction of the second moment.
    pub epsilon: f32,
    /// Weight decay added to the gradient (Adam), or 0.
    pub decay: f32,
    /// Factor of the parameter (AdamW), or 1.
    pub shrink: f32,
}

/// A step of gradient descent with momentum, as PyTorch's `SGD` without dampening.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdStep {
    /// Learning rate.
    pub rate: f32,
    /// 0 for none.
    pub momentum: f32,
    /// Whether the step looks ahead by the momentum (Sutskever et al., "On the importance of
    /// initialization and momentum in deep learning", 2013).
    pub nesterov: bool,
    /// Weight decay added to the gradient, or 0.
    pub decay: f32,
}

/// A step of RMSprop (Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012)
/// as PyTorch's `RMSprop`, not centered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsPropStep {
    /// Learning rate.
    pub rate: f32,
    /// Decay of the mean square per step.
    pub alpha: f32,
    /// Added to the root of the mean square.
    pub epsilon: f32,
    /// 0 for none.
    pub momentum: f32,
    /// Weight decay added to the gradient, or 0.
    pub decay: f32,
}

/// What the probabilities of the classes are compared with their targets by.
#[derive(Debug, Clone, PartialEq)]
pub enum LossFunction {
    /// `-sum(target * ln(softmax(logits)))`
    CrossEntropy {
        /// Share of each target that is spread evenly over all classes, at least 0 and less than 1
        /// (Szegedy et al., arXiv 1512.00567).
        label_smoothing: f32,
        /// A factor of the loss for each class; the mean is then weighted by them.
        class_weights: Option<Vec<f32>>,
    },
    /// Mean over the classes of `(softmax(logits) - target)^2`.
    MeanSquaredError,
}

impl LossFunction {
    /// One weight per class, where there are any.
    pub fn class_weights(&self) -> Option<&[f32]> {
        match self {
            LossFunction::CrossEntropy { class_weights, .. } => class_weights.as_deref(),
            LossFunction::MeanSquaredError => None,
        }
    }
}
