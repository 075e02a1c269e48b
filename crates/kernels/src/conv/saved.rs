//! What the forward pass of a convolution block saves for the backward pass.

use std::sync::Arc;

use burn::backend::tensor::FloatTensor;

use crate::host::HostTensor;
use crate::spec::ConvBlock;

/// What the forward pass saves for the backward pass.
#[derive(Debug, Clone)]
pub struct SavedForBackward<B: HostTensor> {
    pub block: ConvBlock,
    pub images: FloatTensor<B>,
    pub weight: FloatTensor<B>,
    /// Only where an activation comes last.
    pub output: Option<FloatTensor<B>>,
    /// Only of max pooling: the number of each maximum in its window,
    /// `[batch, rows, width, channels]`.
    pub argmax: Option<Arc<Vec<u8>>>,
    /// Only of average pooling after an activation: the convolution after its activation,
    /// `[batch, rows, width, channels]`.
    pub activated: Option<Arc<Vec<f32>>>,
}
