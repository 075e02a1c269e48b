//! The loss of a batch of logits with its gradient, and how many images are classified correctly,
//! in one pass over the logits.
//!
//! Rows are added in their order by one thread: a batch has few logits, and the sum must not depend
//! on the number of threads.

mod row;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;

use self::row::{Row, Target};
use crate::host::{HostTensor, strided_values};
use crate::spec::LossFunction;
use crate::targets::Targets;

/// The results of the forward pass.
pub struct BatchLoss<B: HostTensor> {
    /// `[1]`, the mean over the images.
    pub loss: FloatTensor<B>,
    /// `[1]`, the same without class weights.
    pub unweighted: FloatTensor<B>,
    /// `[1]`, the number of images whose largest logit is that of their class.
    pub correct: FloatTensor<B>,
    /// `[batch, classes]`, the gradient of the loss with respect to the logits, if asked for.
    pub gradient: Option<FloatTensor<B>>,
}

/// The loss of `logits`, `[batch, classes]`.
///
/// `None` where the logits are not 32-bit floats, or the targets do not fit them: Burn's own
/// operations then decide what the result is.
pub fn forward<B: HostTensor>(
    logits: &FloatTensor<B>,
    targets: &Targets<B>,
    function: &LossFunction,
    needs_grad: bool,
) -> Option<BatchLoss<B>> {
    let shape: [usize; 2] = logits.shape().to_vec().try_into().ok()?;
    let [batch, classes] = shape;
    let weights = function.class_weights();
    if batch * classes == 0 || weights.is_some_and(|weights| weights.len() != classes) {
        return None; // Burn reports what is wrong
    }
    strided_values::<B>(logits)?;
    let targets = host_targets::<B>(targets, shape)?;
    let device = logits.device();
    let logits = B::into_vec(logits.clone());

    // Of the weights of the classes before smoothing, as PyTorch divides.
    let divisor = match weights {
        Some(weights) => targets.iter().map(|target| target.weight(weights)).sum(),
        None => batch as f64,
    };
    let mut gradient = vec![0.0; if needs_grad { logits.len() } else { 0 }];
    let (mut loss, mut unweighted, mut correct) = (0.0, 0.0, 0_usize);
    for (number, (logits, target)) in logits.chunks(classes).zip(&targets).enumerate() {
        let row = Row::new(logits);
        correct += usize::from(row.predicted() == Some(target.class));
        let losses = match function {
            LossFunction::CrossEntropy {
                label_smoothing, ..
            } => row.cross_entropy(*target, f64::from(*label_smoothing), weights),
            LossFunction::MeanSquaredError => row.squared_error(*target),
        };
        loss += losses.weighted;
        unweighted += losses.unweighted;
        if needs_grad {
            let gradient = &mut gradient[number * classes..][..classes];
            match function {
                LossFunction::CrossEntropy {
                    label_smoothing, ..
                } => {
                    let smoothing = f64::from(*label_smoothing);
                    row.cross_entropy_gradient(*target, smoothing, weights, divisor, gradient);
                }
                LossFunction::MeanSquaredError => {
                    row.squared_error_gradient(*target, divisor, gradient);
                }
            }
        }
    }
    let value = |value: f64| B::from_vec(vec![value as f32], &[1], &device);
    Some(BatchLoss {
        loss: value(loss / divisor),
        unweighted: value(unweighted / batch as f64),
        correct: value(correct as f64),
        gradient: needs_grad.then(|| B::from_vec(gradient, &shape, &device)),
    })
}

/// The gradient with respect to the logits, from `upstream`, the one with respect to the loss.
pub fn backward<B: HostTensor>(
    gradient: FloatTensor<B>,
    upstream: FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let shape = gradient.shape().to_vec();
    let device = gradient.device();
    strided_values::<B>(&upstream)?;
    let factor = *B::into_vec(upstream).first()?;
    if factor == 1.0 {
        return Some(gradient);
    }
    let mut gradient = B::into_vec(gradient);
    gradient.iter_mut().for_each(|value| *value *= factor);
    Some(B::from_vec(gradient, &shape, &device))
}

/// The targets in this process's memory; `None` where one is not a class.
fn host_targets<B: HostTensor>(
    targets: &Targets<B>,
    [batch, classes]: [usize; 2],
) -> Option<Vec<Target>> {
    let indices = |tensor| {
        let indices: Option<Vec<usize>> = B::into_indices(tensor);
        indices.filter(|indices| {
            indices.len() == batch && indices.iter().all(|index| *index < classes)
        })
    };
    let own = indices(targets.classes().clone())?;
    let targets = match targets {
        Targets::Classes(_) => own.into_iter().map(Target::of).collect(),
        Targets::Mixed { others, shares, .. } => {
            let others = indices(others.clone())?;
            strided_values::<B>(shares)?;
            let shares = B::into_vec(shares.clone());
            if shares.len() != batch {
                return None;
            }
            let mixed = own.into_iter().zip(others).zip(shares);
            mixed
                .map(|((class, other), share)| Target {
                    class,
                    other,
                    share: f64::from(share),
                })
                .collect()
        }
    };
    Some(targets)
}
