//! Everything that can be wrong with a file of weights, each with the file, what was expected, what
//! was received and what to do.

use std::io;
use std::path::{Path, PathBuf};

use pytorch_reader::PytorchError;
use thiserror::Error;

use crate::text::calm;

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

    /// The content is something else.
    #[error(
        "{}: expected weights as PyTorch (.pth, .pt, .th), safetensors or Keras (.h5) files hold them, received {found}; {cure}",
        .path.display()
    )]
    NotWeights {
        /// The file.
        path: PathBuf,
        /// What the content looks like.
        found: String,
        /// What to do.
        cure: &'static str,
    },

    /// The file is cut short, contradicts itself, or holds what no reader of this program knows.
    #[error(
        "{}: expected a whole {kind}, received a damaged or unknown one: {reason}; fetch or copy the file again, or save its weights anew as safetensors",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the file is, e.g. `safetensors file`.
        kind: &'static str,
        /// What is wrong, with the numbers.
        reason: String,
    },

    /// A pickle that calls something other than what tensors are made with.
    #[error(
        "{}: expected tensors only, received a pickle that calls `{global}`; nothing of it was run, but Python would have run it: take the weights from another source, or have their author save torch.save(model.state_dict(), ...) or safetensors",
        .path.display()
    )]
    Code {
        /// The file.
        path: PathBuf,
        /// Full name of what would be called, e.g. `os.system`.
        global: String,
    },

    /// A small file that describes far more than it holds.
    #[error(
        "{}: refused: {reason}; fetch the file again from where it was published, or save its weights anew as safetensors",
        .path.display()
    )]
    Excessive {
        /// The file.
        path: PathBuf,
        /// What is claimed, and the limit.
        reason: String,
    },

    /// A readable file in which no tensors are found.
    #[error("{}: expected named tensors, received a file without any; check that it is the file of the weights", .path.display())]
    NoTensors {
        /// The file.
        path: PathBuf,
    },

    /// A name that no tensor of the file has.
    #[error("{}: expected a tensor named {name:?}, which the file does not hold{suggestion}", .path.display())]
    NoTensor {
        /// The file.
        path: PathBuf,
        /// The name as received.
        name: String,
        /// `, did you mean ...?` where a name of the file is near, else nothing.
        suggestion: String,
    },

    /// A tensor of whole numbers or of an unusual kind where weights are asked for.
    #[error(
        "{}: {name:?}: expected floating-point values (f16, bf16, f32 or f64), received {received}; leave the tensor out, or save it as f32",
        .path.display()
    )]
    NotFloat {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Kind of its elements.
        received: String,
    },

    /// A value that is not a number, or has no size as `f32`.
    #[error(
        "{}: {name:?}: expected finite values, received {value} at index {index}; these weights give no usable outputs: take an earlier checkpoint, or fetch the file again",
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

/// What is wrong with a file, before its path is added.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The call of something other than what tensors are made with.
    Code(String),
    /// More is described than the file holds.
    Excessive(String),
    /// The content contradicts itself or ends too early.
    Damaged(String),
    /// The content is something else.
    NotWeights(String, &'static str),
    /// The operating system refused.
    Read(io::Error),
}

impl Refusal {
    /// The error for the file at `path`, which is of `kind`.
    pub fn at(self, path: &Path, kind: &'static str) -> WeightFileError {
        let path = path.to_path_buf();
        match self {
            Self::Code(global) => WeightFileError::Code {
                path,
                global: plain(&global),
            },
            Self::Excessive(reason) => WeightFileError::Excessive { path, reason },
            Self::Damaged(reason) => WeightFileError::Damaged {
                path,
                kind,
                reason: plain(&reason),
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
            // Archives report what is wrong with them as errors of these kinds.
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

/// What `read` gives, see [`calm`].
pub(super) fn calmly<T, E: Into<Refusal>>(
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, Refusal> {
    match calm(read) {
        Ok(result) => result.map_err(E::into),
        Err(reason) => Err(Refusal::Damaged(reason)),
    }
}

/// Text of a file as it may stand in a message: a hostile one could hold a terminal's commands or
/// megabytes.
fn plain(text: &str) -> String {
    const LONGEST: usize = 400;
    let shown = text.chars().map(|c| if c.is_control() { '?' } else { c });
    let mut shown: String = shown.take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown
}
