//! Tensors of a file whose values have not been read yet.

use std::fmt;

use hdf5_reader::Dataset;
use pytorch_reader::Tensor;

use super::values::ElementType;

/// A tensor whose values have not been read yet.
#[derive(Debug)]
pub(super) struct StoredTensor {
    /// Sizes, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    pub element: ElementType,
    pub source: TensorSource,
}

/// Where the values of a tensor are.
pub(super) enum TensorSource {
    PyTorch(Tensor),
    Hdf5(Box<Dataset>),
    /// Little-endian and in row-major order.
    Range {
        start: u64,
        bytes: usize,
    },
}

impl fmt::Debug for TensorSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PyTorch(tensor) => tensor.fmt(f),
            Self::Hdf5(dataset) => f.debug_tuple("Hdf5").field(&dataset.name()).finish(),
            Self::Range { start, bytes } => write!(f, "{bytes} bytes from {start}"),
        }
    }
}
