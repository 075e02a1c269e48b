//! The loss as a function on tensors.

use burn::backend::Dispatch;
use burn::tensor::{Int, Tensor};

use crate::extension::Kernels;
use crate::spec::LossFunction;
use crate::targets::Targets;

/// The results of [`classification_loss`], one value each.
#[derive(Debug, Clone)]
pub struct ClassificationLoss {
    /// Mean over the images, weighted by the weights of their classes.
    pub loss: Tensor<1>,
    /// Mean over the images without the weights of the classes; no gradient flows through it.
    pub unweighted: Tensor<1>,
    /// The number of images whose largest logit is that of their class; of a mixed image, of the
    /// class with the larger share. The first of equal logits counts. No gradient flows through it.
    pub correct: Tensor<1>,
}

/// The loss of a batch of images and the number of those that are classified correctly, in one
/// operation whose gradient is computed along with it.
///
/// # Shapes
/// - `logits`: `[batch, classes]`, before softmax
/// - `targets`: `[batch]`, class indices
/// - `mixed`: of images mixed from two (mixup, Zhang et al., arXiv 1710.09412; CutMix, Yun et al.,
///   arXiv 1905.04899), the other class and its share, `[batch]` each
///
/// # Panics
/// Where Burn's own operations do: when a target is not a class, or the shapes do not fit together.
pub fn classification_loss(
    logits: Tensor<2>,
    targets: Tensor<1, Int>,
    mixed: Option<(Tensor<1, Int>, Tensor<1>)>,
    function: LossFunction,
) -> ClassificationLoss {
    let targets = Targets::new(targets, mixed);
    let (loss, unweighted, correct) =
        <Dispatch as Kernels>::classification_loss(logits.into_dispatch(), targets, function);
    ClassificationLoss {
        loss: Tensor::from_dispatch(loss),
        unweighted: Tensor::from_dispatch(unweighted).detach(),
        correct: Tensor::from_dispatch(correct).detach(),
    }
}
