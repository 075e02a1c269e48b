//! Pretrained weights: where their files come from, and the tensors in them.
//!
//! [`locate`] finds or downloads a file, [`WeightFile`] opens it. The files are not trusted: their
//! format is detected by the content, sizes are checked against the length of the file, no pickle is
//! ever executed, and values that are not finite are refused by the name of the tensor.
//!
//! In order: `error` and `values`; `stored`, `kind` and `pickle_calls`; `pickle_value`,
//! `pickle_stack`, `pickle`, `containers`; one file for each format; `published`, `locate_error`,
//! `locate`.

mod containers;
mod error;
mod hdf5_file;
mod imagenet;
mod kind;
mod locate;
mod locate_error;
mod pickle;
mod pickle_calls;
mod pickle_stack;
mod pickle_value;
mod published;
mod pytorch_file;
mod safetensors_file;
mod stored;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::fingerprint::sha256_of;
use crate::sync::lock;
use crate::text::did_you_mean;
use kind::FileKind;
use stored::{StoredTensor, TensorSource};
use values::ElementType;

pub use error::WeightFileError;
pub use imagenet::imagenet_classes;
pub use locate::{BEST_WEIGHTS, WEIGHTS_DIR_VARIABLE, locate, weights_dir};
pub use locate_error::LocateError;
pub use published::Published;

/// A file of named tensors, whose values are read on request.
#[derive(Debug)]
pub struct WeightFile {
    path: PathBuf,
    /// Kept open, so that all values come from one file even if another replaces it. Reading changes
    /// its position.
    file: Mutex<File>,
    kind: FileKind,
    tensors: BTreeMap<String, StoredTensor>,
}

impl WeightFile {
    /// Opens a PyTorch, safetensors or Keras (HDF5) file, which is detected by its content.
    ///
    /// In a PyTorch checkpoint, the tensors under the key of the weights are read, such as
    /// `state_dict`. A prefix `module.` of all names is removed; the counters `num_batches_tracked`
    /// are ignored.
    ///
    /// # Errors
    /// The file cannot be read, has no weights, is damaged, describes far more than it holds, or
    /// would run code in Python.
    pub fn open(path: &Path) -> Result<Self, WeightFileError> {
        let read = |source| WeightFileError::Read {
            path: path.to_path_buf(),
            source,
        };
        // Opening a pipe would block until there is a writer.
        if !std::fs::metadata(path).map_err(read)?.is_file() {
            return Err(WeightFileError::NotWeights {
                path: path.to_path_buf(),
                found: "a folder or device".to_owned(),
                cure: "give the path of the file itself",
            });
        }
        let mut file = File::open(path).map_err(read)?;
        let kind =
            FileKind::detect(&mut file).map_err(|refusal| refusal.at(path, "file of weights"))?;
        let Some(kind) = kind else {
            let path = path.to_path_buf();
            return Err(WeightFileError::Empty { path });
        };
        let tensors = match kind {
            FileKind::Safetensors => safetensors_file::read_header(&mut file),
            FileKind::Hdf5 => hdf5_file::read_tensors(&file),
            _ => pytorch_file::read_tensors(path, &file, kind),
        };
        let tensors = tensors.map_err(|refusal| refusal.at(path, kind.name()))?;
        let tensors = by_layer_name(tensors);
        if tensors.is_empty() {
            let path = path.to_path_buf();
            return Err(WeightFileError::NoTensors { path });
        }
        Ok(Self {
            path: path.to_path_buf(),
            file: Mutex::new(file),
            kind,
            tensors,
        })
    }

    /// The path given to [`open`](Self::open).
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the whole file, 64 lower-case hexadecimal digits; read anew with each call.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn sha256(&self) -> Result<String, WeightFileError> {
        let mut file = lock(&self.file);
        sha256_of(&mut file).map_err(|source| WeightFileError::Read {
            path: self.path.clone(),
            source,
        })
    }

    /// Names of the tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Sizes of a tensor as in the file, outermost first; empty for a scalar.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.tensors.get(name)?.shape)
    }

    /// The values of a tensor in row-major order, converted to `f32` from `f16`, `bf16` or `f64`.
    ///
    /// # Errors
    /// There is no such tensor, its elements are not floating-point numbers, a value is not finite as
    /// `f32`, or the file can no longer be read.
    pub fn values(&self, name: &str) -> Result<Vec<f32>, WeightFileError> {
        let stored = self.tensors.get(name).ok_or_else(|| self.no_tensor(name))?;
        let (path, name) = (self.path.clone(), name.to_owned());
        if let ElementType::Other(received) = &stored.element {
            let received = received.clone();
            return Err(WeightFileError::NotFloat {
                path,
                name,
                received,
            });
        }
        let bytes = match &stored.source {
            TensorSource::PyTorch(tensor) => pytorch_file::read_bytes(tensor),
            TensorSource::Hdf5(dataset) => hdf5_file::read_bytes(dataset),
            TensorSource::Range { start, bytes } => {
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

/// `tensors` by name, without common prefixes and counters.
fn by_layer_name(tensors: Vec<(String, StoredTensor)>) -> BTreeMap<String, StoredTensor> {
    // PyTorch adds this prefix to every name when it trains on several devices.
    const PARALLEL: &str = "module.";
    // A number of training batches, not a weight.
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
