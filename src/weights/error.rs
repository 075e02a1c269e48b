//! Why a file of weights is refused: each error names the file, what was expected, what was received
//! and what to do.

use std::io;
use std::path::{Path, PathBuf};

use pytorch_reader::PytorchError;
use thiserror::Error;

use crate::text::catch_panic;

/// Why a file of weights, or a tensor of it, was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightFileError {
    /// The operating system refused to read the file.
    #[error("cannot read {}; check that it exists and its permissions", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file of no bytes.
    #[error("{}: expected a file of weights, received an empty file; fetch or copy it again", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },

    /// The content is of another kind.
    #[error(
        "{}: expected weights as PyTorch (.pth, .pt, .th), safetensors or Keras (.h5) files hold them, received {found}; {cure}",
        .path.display()
    )]
    NotWeights {
        /// The file.
        path: PathBuf,
        /// What the content is.
        found: String,
        /// What to do.
        cure: &'static str,
    },

    /// The file is truncated, inconsistent, or has unsupported content.
    #[error(
        "{}: expected a complete {kind}, received a damaged or unsupported one: {reason}; fetch or copy the file again, or save its weights as safetensors",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Kind of the file, e.g. `safetensors file`.
        kind: &'static str,
        /// What is wrong, with sizes if there are any.
        reason: String,
    },

    /// A pickle that calls functions other than those that create tensors.
    #[error(
        "{}: expected tensors only, received a pickle that calls `{global}`; it was not executed, but Python would have executed it: use weights from another source, or ask their author for torch.save(model.state_dict(), ...) or safetensors",
        .path.display()
    )]
    Code {
        /// The file.
        path: PathBuf,
        /// Full name of the function, e.g. `os.system`.
        global: String,
    },

    /// A file that describes far more data than it holds.
    #[error(
        "{}: refused: {reason}; fetch the file again from its publisher, or save its weights as safetensors",
        .path.display()
    )]
    Excessive {
        /// The file.
        path: PathBuf,
        /// What is claimed, and the limit.
        reason: String,
    },

    /// A readable file without tensors.
    #[error("{}: expected named tensors, received a file without any; check that it is the right file", .path.display())]
    NoTensors {
        /// The file.
        path: PathBuf,
    },

    /// The file has no tensor of this name.
    #[error("{}: expected a tensor named {name:?}, which the file does not hold{suggestion}", .path.display())]
    NoTensor {
        /// The file.
        path: PathBuf,
        /// The name as received.
        name: String,
        /// `, did you mean ...?` if a name in the file is similar, else empty.
        suggestion: String,
    },

    /// A tensor of integers or of an unsupported type.
    #[error(
        "{}: {name:?}: expected floating-point values (f16, bf16, f32 or f64), received {received}; remove the tensor, or save it as f32",
        .path.display()
    )]
    NotFloat {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Type of its elements.
        received: String,
    },

    /// A value that is not finite as `f32`.
    #[error(
        "{}: {name:?}: expected finite values, received {value} at index {index}; these weights give no usable outputs: use an earlier checkpoint, or fetch the file again",
        .path.display()
    )]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Position in row-major order, from 0.
        index: usize,
        /// The value as `f32`.
        value: f32,
    },
}

/// Why a file is refused, before its path is added.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A call of a function that does not create tensors.
    Code(String),
    /// The file describes far more data than it holds.
    Excessive(String),
    /// The content is inconsistent or truncated.
    Damaged(String),
    /// The content is of another kind: what it is, and what to do.
    NotWeights(String, &'static str),
    /// The operating system refused to read the file.
    Read(io::Error),
}

impl Refusal {
    /// The error for the file at `path`, which is of `kind`.
    pub fn at(self, path: &Path, kind: &'static str) -> WeightFileError {
        let path = path.to_path_buf();
        match self {
            Self::Code(global) => WeightFileError::Code {
                path,
                global: printable(&global),
            },
            Self::Excessive(reason) => WeightFileError::Excessive { path, reason },
            Self::Damaged(reason) => WeightFileError::Damaged {
                path,
                kind,
                reason: printable(&reason),
            },
            Self::NotWeights(found, cure) => WeightFileError::NotWeights { path, found, cure },
            Self::Read(source) => WeightFileError::Read { path, source },
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged(format!("it ends too early: {error}")),
            // The readers of archives report damage as I/O errors.
            _ if error.raw_os_error().is_none() => Self::Damaged(error.to_string()),
            _ => Self::Read(error),
        }
    }
}

impl From<PytorchError> for Refusal {
    fn from(error: PytorchError) -> Self {
        match error {
            PytorchError::Io(error) => error.into(),
            error => Self::Damaged(error.to_string()),
        }
    }
}

impl From<hdf5_reader::error::Error> for Refusal {
    fn from(error: hdf5_reader::error::Error) -> Self {
        match error {
            hdf5_reader::error::Error::Io(error) => error.into(),
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// The result of `read`; a panic of a reader is a damaged file, see [`catch_panic`].
pub(super) fn read_or_refuse<T, E: Into<Refusal>>(
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, Refusal> {
    match catch_panic(read) {
        Ok(result) => result.map_err(E::into),
        Err(reason) => Err(Refusal::Damaged(reason)),
    }
}

/// Text from a file, made safe for a message: without control characters, which could be commands of
/// the terminal, and shortened.
fn printable(text: &str) -> String {
    const LONGEST: usize = 400;
    let shown = text.chars().map(|c| if c.is_control() { '?' } else { c });
    let mut shown: String = shown.take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown
}
