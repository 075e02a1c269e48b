//! Weights that others have trained: where their files come from, and the tensors in them.
//!
//! [`locate`] finds or fetches a file, [`WeightFile`] opens it. Files come from strangers, so
//! nothing in them is believed: what they are is told by their content, what they describe is held
//! against what they hold, no pickle is ever run, and values that are no numbers are refused by
//! name.

mod containers;
mod error;
mod hdf5_file;
mod imagenet;
mod kind;
mod locate;
mod pickle;
mod pickle_calls;
mod pickle_stack;
mod pickle_value;
mod pytorch_file;
mod safetensors_file;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hdf5_reader::Dataset;
use pytorch_reader::Tensor;
use sha2::{Digest, Sha256};

use crate::fingerprint::hex;
use crate::sync::lock;
use crate::text::did_you_mean;
use kind::Kind;
use values::Element;

pub use error::WeightFileError;
pub use imagenet::imagenet_classes;
pub use locate::{BEST_WEIGHTS, LocateError, Published, WEIGHTS_DIR_VARIABLE, locate, weights_dir};

/// A file of named tensors; their values are read when they are asked for.
#[derive(Debug)]
pub struct WeightFile {
    path: PathBuf,
    /// Held open, so that a file that takes its place is not mixed with it. Reading moves its
    /// position.
    file: Mutex<File>,
    kind: Kind,
    sha256: String,
    tensors: BTreeMap<String, Stored>,
}

/// A tensor that was not read yet.
#[derive(Debug)]
struct Stored {
    shape: Vec<usize>,
    element: Element,
    source: Source,
}

/// Where the values of a tensor lie.
enum Source {
    PyTorch(Tensor),
    Hdf5(Box<Dataset>),
    /// Little-endian and in row-major order.
    Range {
        start: u64,
        bytes: usize,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PyTorch(tensor) => tensor.fmt(f),
            Self::Hdf5(dataset) => f.debug_tuple("Hdf5").field(&dataset.name()).finish(),
            Self::Range { start, bytes } => write!(f, "{bytes} bytes from {start}"),
        }
    }
}

impl WeightFile {
    /// Opens a PyTorch, safetensors or Keras (HDF5) file; which of them it is, its content tells.
    ///
    /// In a PyTorch checkpoint, the tensors are looked for under the key that holds the weights,
    /// such as `state_dict`. A prefix `module.` of all names is left out, as are the counters
    /// `num_batches_tracked`.
    ///
    /// # Errors
    /// The file cannot be read, is no file of weights, is damaged, describes far more than it
    /// holds, or calls functions when Python opens it.
    pub fn open(path: &Path) -> Result<Self, WeightFileError> {
        let read = |source| WeightFileError::Read {
            path: path.to_path_buf(),
            source,
        };
        // Opening a pipe would wait for its writer.
        if !std::fs::metadata(path).map_err(read)?.is_file() {
            return Err(WeightFileError::NotWeights {
                path: path.to_path_buf(),
                found: "a folder or device".to_owned(),
                cure: "give the path of the file itself",
            });
        }
        let mut file = File::open(path).map_err(read)?;
        let kind = Kind::of(&mut file).map_err(|refusal| refusal.at(path, "file of weights"))?;
        let Some(kind) = kind else {
            let path = path.to_path_buf();
            return Err(WeightFileError::Empty { path });
        };
        let tensors = match kind {
            Kind::Safetensors => safetensors_file::read_header(&mut file),
            Kind::Hdf5 => hdf5_file::read_tensors(&file),
            _ => pytorch_file::read_tensors(path, &file, kind),
        };
        let tensors = tensors.map_err(|refusal| refusal.at(path, kind.name()))?;
        let tensors = as_in_the_network(tensors);
        if tensors.is_empty() {
            let path = path.to_path_buf();
            return Err(WeightFileError::NoTensors { path });
        }
        let sha256 = sha256_of(&mut file).map_err(read)?;
        Ok(Self {
            path: path.to_path_buf(),
            file: Mutex::new(file),
            kind,
            sha256,
            tensors,
        })
    }

    /// The file, as it was given to [`open`](Self::open).
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the whole file, 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Names of the tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Sizes of a tensor, outermost first, as the file has them; empty for a single number.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.tensors.get(name)?.shape)
    }

    /// The values of a tensor in row-major order. Those in `f16`, `bf16` or `f64` are converted.
    ///
    /// # Errors
    /// There is no such tensor, its elements are no floating-point numbers, one of them is not
    /// finite as `f32`, or the file cannot be read any more.
    pub fn values(&self, name: &str) -> Result<Vec<f32>, WeightFileError> {
        let stored = self.tensors.get(name).ok_or_else(|| self.no_tensor(name))?;
        let (path, name) = (self.path.clone(), name.to_owned());
        if let Element::Other(received) = &stored.element {
            let received = received.clone();
            return Err(WeightFileError::NotFloat {
                path,
                name,
                received,
            });
        }
        let bytes = match &stored.source {
            Source::PyTorch(tensor) => pytorch_file::read_bytes(tensor),
            Source::Hdf5(dataset) => hdf5_file::read_bytes(dataset),
            Source::Range { start, bytes } => {
                let file = lock(&self.file);
                safetensors_file::read_range(&file, *start, *bytes, &stored.element)
            }
        };
        let bytes = bytes.map_err(|refusal| refusal.at(&path, self.kind.name()))?;
        let values = values::decode(&bytes, &stored.element).unwrap_or_default();
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(index) => Err(WeightFileError::NotFinite {
                value: values[index],
                path,
                name,
                index,
            }),
        }
    }

    fn no_tensor(&self, name: &str) -> WeightFileError {
        WeightFileError::NoTensor {
            path: self.path.clone(),
            name: name.to_owned(),
            suggestion: did_you_mean(name, self.names()),
        }
    }
}

/// `tensors` by the names that the layers of a network give them.
fn as_in_the_network(tensors: Vec<(String, Stored)>) -> BTreeMap<String, Stored> {
    // PyTorch puts it before every name where it trained on several devices.
    const PARALLEL: &str = "module.";
    // Counts batches during training, and is no weight.
    const COUNTER: &str = "num_batches_tracked";
    let shared = tensors.iter().all(|(name, _)| name.starts_with(PARALLEL));
    let prefix = if shared { PARALLEL } else { "" };
    let weights = tensors.into_iter().filter_map(|(name, stored)| {
        let name = name.strip_prefix(prefix)?;
        let is_counter = name.rsplit('.').next() == Some(COUNTER);
        (!is_counter).then(|| (name.to_owned(), stored))
    });
    weights.collect()
}

/// SHA-256 of `file` from its start, 64 lower-case hexadecimal digits.
fn sha256_of(file: &mut File) -> io::Result<String> {
    io::Seek::rewind(file)?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&sum.finalize())),
            read => sum.update(&buffer[..read]),
        }
    }
}
