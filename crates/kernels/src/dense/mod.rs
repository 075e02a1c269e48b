//! Dense layers on the CPU: matrix product, bias and activation, and the backward pass.

mod elementwise;
mod matrix;
mod product;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;

use self::elementwise::{ActivationBackward, AddBias};
use self::matrix::Matrix;
use self::product::product;
use crate::bias::Bias;
use crate::host::{HostTensor, strided_values};
use crate::simd::arch;
use crate::spec::Activation;

/// What the forward pass saves for the backward pass.
#[derive(Debug, Clone)]
pub struct SavedForBackward<B: HostTensor> {
    pub x: FloatTensor<B>,
    pub weight: FloatTensor<B>,
    /// Only where there is an activation.
    pub output: Option<FloatTensor<B>>,
    pub activation: Option<Activation>,
}

/// The output of the layer.
///
/// `None` where the tensors are not 32-bit floats or do not fit together, or where a sum is NaN
/// or infinite: Burn's own operation then decides what the result is.
///
/// # Shapes
/// - `x`: `[batch, inputs]`
/// - `weight`: `[inputs, outputs]`
/// - output: `[batch, outputs]`
pub fn forward<B: HostTensor>(
    x: &FloatTensor<B>,
    weight: &FloatTensor<B>,
    bias: &Bias<B>,
    activation: Option<Activation>,
) -> Option<FloatTensor<B>> {
    let [batch, inputs] = x.shape().to_vec().try_into().ok()?;
    let [rows, outputs]: [usize; 2] = weight.shape().to_vec().try_into().ok()?;
    let biases = bias
        .as_ref()
        .map_or(outputs, |bias| bias.shape().num_elements());
    if rows != inputs || biases != outputs {
        return None; // Burn reports what is wrong
    }
    let (x_values, x_strides) = strided_values::<B>(x)?;
    let (weights, strides) = strided_values::<B>(weight)?;
    let mut out = product(
        Matrix::new(&x_values, batch, inputs, x_strides.try_into().ok()?),
        Matrix::new(&weights, inputs, outputs, strides.try_into().ok()?),
    );
    let bias = match bias.as_ref() {
        Some(bias) => B::into_vec(bias.clone()),
        None => vec![0.0; outputs],
    };
    let finite = arch().dispatch(AddBias {
        out: &mut out,
        bias: &bias,
        activation,
    });
    if !finite {
        log::debug!("dense layer by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    Some(B::from_vec(out, &[batch, outputs], &x.device()))
}

/// Gradients of the loss with respect to input, weight and bias, those that `needs_grad` asks
/// for, from the one with respect to the output.
pub fn backward<B: HostTensor>(
    saved: &SavedForBackward<B>,
    gradient: FloatTensor<B>,
    needs_grad: [bool; 3],
) -> Option<[Option<FloatTensor<B>>; 3]> {
    let [batch, inputs] = saved.x.shape().to_vec().try_into().ok()?;
    let [_, outputs]: [usize; 2] = saved.weight.shape().to_vec().try_into().ok()?;
    let device = saved.x.device();
    let mut gradient = B::into_vec(gradient);
    let mut bias = vec![0.0; outputs];
    let output = match &saved.output {
        Some(output) => strided_values::<B>(output)?.0,
        None => (&[][..]).into(),
    };
    arch().dispatch(ActivationBackward {
        gradient: &mut gradient,
        output: &output,
        activation: saved.activation,
        bias: &mut bias,
    });
    let gradient = Matrix::new(&gradient, batch, outputs, [outputs, 1]);
    let x_gradient = match needs_grad[0] {
        true => {
            let (weights, strides) = strided_values::<B>(&saved.weight)?;
            let weights = Matrix::new(&weights, inputs, outputs, strides.try_into().ok()?);
            let out = product(gradient, weights.transposed());
            Some(B::from_vec(out, &[batch, inputs], &device))
        }
        false => None,
    };
    let weight_gradient = match needs_grad[1] {
        true => {
            let (x, strides) = strided_values::<B>(&saved.x)?;
            let x = Matrix::new(&x, batch, inputs, strides.try_into().ok()?);
            let out = product(x.transposed(), gradient);
            Some(B::from_vec(out, &[inputs, outputs], &device))
        }
        false => None,
    };
    let bias_gradient = needs_grad[2].then(|| B::from_vec(bias, &[outputs], &device));
    Some([x_gradient, weight_gradient, bias_gradient])
}
