//! Batch norm.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::extension::Kernels;
use crate::spec::Activation;

/// The results of [`batch_norm`].
#[derive(Debug, Clone)]
pub struct BatchNormed {
    /// `[pixels, channels]`
    pub output: Tensor<2>,
    /// The mean over the pixels, `[channels]`; no gradient flows through it.
    pub mean: Tensor<1>,
    /// The biased variance, divided by the number of pixels, `[channels]`; no gradient flows
    /// through it.
    pub variance: Tensor<1>,
}

/// Batch norm in training, with the statistics of the batch, and an activation in one operation:
/// `activation((x - mean) / sqrt(variance + epsilon) * gamma + beta)` for each channel (Ioffe and
/// Szegedy, "Batch Normalization", arXiv 1502.03167).
///
/// # Shapes
/// - `x`: `[pixels, channels]`; feature maps `[batch, channels, height, width]` are permuted and
///   reshaped to `[batch * height * width, channels]`, which costs nothing behind a convolution block
/// - `gamma`, `beta`: `[channels]`
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn batch_norm(
    x: Tensor<2>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f32,
    activation: Option<Activation>,
) -> BatchNormed {
    let (output, mean, variance) = <Dispatch as Kernels>::batch_norm(
        x.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon,
        activation,
    );
    BatchNormed {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean).detach(),
        variance: Tensor::from_dispatch(variance).detach(),
    }
}

/// Scale, shift and statistics of a batch norm whose statistics are constants, `[channels]` each.
#[derive(Debug, Clone)]
pub struct FixedNorm {
    pub gamma: Tensor<1>,
    pub beta: Tensor<1>,
    /// No gradient flows through it.
    pub mean: Tensor<1>,
    /// No gradient flows through it.
    pub variance: Tensor<1>,
    pub epsilon: f32,
}

/// Batch norm with statistics that do not depend on the batch, as in inference and where the layer is
/// frozen, and an activation in one operation:
/// `activation((x - mean) / sqrt(variance + epsilon) * gamma + beta)` for each channel (Ioffe and
/// Szegedy, "Batch Normalization", arXiv 1502.03167, section 3.1).
///
/// # Shapes
/// - `x`: `[pixels, channels]`, as in [`batch_norm`]
/// - output: the same
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn batch_norm_inference(
    x: Tensor<2>,
    norm: FixedNorm,
    activation: Option<Activation>,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::batch_norm_inference(
        x.into_dispatch(),
        norm.gamma.into_dispatch(),
        norm.beta.into_dispatch(),
        norm.mean.detach().into_dispatch(),
        norm.variance.detach().into_dispatch(),
        norm.epsilon,
        activation,
    ))
}

/// Weight and bias of a convolution and a batch norm behind it as one convolution (Jacob et al.,
/// "Quantization and Training of Neural Networks", arXiv 1712.05877, section 3.2), differentiable with
/// respect to weight, bias, gamma and beta.
///
/// # Shapes
/// - `weight`: `[out channels, channels / groups, kernel height, kernel width]`
/// - `bias`: `[out channels]`
/// - output: the same
///
/// # Panics
/// Where Burn's own operations do: when the shapes do not fit together.
pub fn fold_batch_norm(
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    norm: FixedNorm,
) -> (Tensor<4>, Tensor<1>) {
    let (mean, variance) = (norm.mean.detach(), norm.variance.detach());
    let scale = norm.gamma / (variance + norm.epsilon).sqrt();
    let shift = match bias {
        Some(bias) => bias - mean,
        None => -mean,
    };
    let bias = norm.beta + shift * scale.clone();
    let weight =
        <Dispatch as Kernels>::scale_filters(weight.into_dispatch(), scale.into_dispatch());
    (Tensor::from_dispatch(weight), bias)
}
