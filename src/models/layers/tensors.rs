//! The names of a layer's tensors in files, and the order of their values.

/// The names of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorName {
    /// In PyTorch: `weight`.
    pub pytorch: &'static str,
    /// In Keras: `kernel`.
    pub keras: &'static str,
    pub layout: TensorLayout,
}

/// How the values of a tensor are ordered here, in PyTorch and in Keras.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TensorLayout {
    /// `[out, in / groups, height, width]`; in Keras `[height, width, in, out]`.
    Conv,
    /// `[channels, 1, height, width]`; in Keras `[height, width, channels, 1]`.
    DepthwiseConv,
    /// `[inputs, outputs]`; in PyTorch `[outputs, inputs]`.
    Dense,
    /// One value per channel.
    Vector,
}

impl TensorName {
    pub const fn new(pytorch: &'static str, keras: &'static str, layout: TensorLayout) -> Self {
        Self {
            pytorch,
            keras,
            layout,
        }
    }

    /// One value per output channel.
    pub const BIAS: Self = Self::new("bias", "bias", TensorLayout::Vector);
}
