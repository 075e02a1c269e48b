//! The bias of a layer, in a form that a backend extension can take.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType};
use burn::tensor::Tensor;

/// The bias of a layer, or that it has none.
#[derive(Debug, Clone, ExtensionType)]
pub enum Bias<B: Backend> {
    /// `[channels]`
    Given(FloatTensor<B>),
    Absent,
}

impl<B: Backend> Bias<B> {
    /// The tensor, where there is one.
    pub fn into_option(self) -> Option<FloatTensor<B>> {
        match self {
            Bias::Given(bias) => Some(bias),
            Bias::Absent => None,
        }
    }

    /// A reference to the tensor, where there is one.
    pub fn as_ref(&self) -> Option<&FloatTensor<B>> {
        match self {
            Bias::Given(bias) => Some(bias),
            Bias::Absent => None,
        }
    }
}

impl From<Option<Tensor<1>>> for Bias<Dispatch> {
    fn from(bias: Option<Tensor<1>>) -> Self {
        match bias {
            Some(bias) => Bias::Given(bias.into_dispatch()),
            None => Bias::Absent,
        }
    }
}
