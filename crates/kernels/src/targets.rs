//! The classes that a batch of images should be given, in a form that a backend extension can take.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, ExtensionType};
use burn::tensor::{Int, Tensor};

/// The target of each image of a batch.
#[derive(Debug, Clone, ExtensionType)]
pub enum Targets<B: Backend> {
    /// `[batch]`, class indices.
    Classes(IntTensor<B>),
    /// Of images mixed from two (mixup, CutMix).
    Mixed {
        /// `[batch]`, the class with the larger share.
        classes: IntTensor<B>,
        /// `[batch]`, the other class.
        others: IntTensor<B>,
        /// `[batch]`, the share of the other class, from `0` to `0.5`.
        shares: FloatTensor<B>,
    },
}

impl<B: Backend> Targets<B> {
    /// `[batch]`, class indices; of a mixed image, the class with the larger share.
    pub fn classes(&self) -> &IntTensor<B> {
        match self {
            Targets::Classes(classes) | Targets::Mixed { classes, .. } => classes,
        }
    }
}

impl Targets<Dispatch> {
    /// Targets from tensors; `mixed` has the other classes and their shares.
    pub fn new(classes: Tensor<1, Int>, mixed: Option<(Tensor<1, Int>, Tensor<1>)>) -> Self {
        let classes = classes.into_dispatch();
        match mixed {
            None => Targets::Classes(classes),
            Some((others, shares)) => Targets::Mixed {
                classes,
                others: others.into_dispatch(),
                shares: shares.into_dispatch(),
            },
        }
    }
}
