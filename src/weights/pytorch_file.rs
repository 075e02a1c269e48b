//! Reads PyTorch files. Their pickles are checked first, see [`pickle`](super::pickle).

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use pytorch_reader::{DType, PickleValue, PytorchReader, Tensor};

use super::containers::{check_growth, check_legacy, check_plain, check_tar, check_zip};
use super::error::{Refusal, read_or_refuse};
use super::kind::{FileKind, unknown};
use super::stored::{StoredTensor, TensorSource};
use super::values::ElementType;

/// Keys of the weights in checkpoints, in the order in which they are tried.
const KEYS: &[&str] = &[
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "params",
    "weights",
    "state_dict_ema",
    "params_ema",
];

/// The tensors of `file` at `path`, by the names that they have in the network.
pub(super) fn read_tensors(
    path: &Path,
    file: &File,
    kind: FileKind,
) -> Result<Vec<(String, StoredTensor)>, Refusal> {
    match kind {
        FileKind::Zip => check_zip(file)?,
        FileKind::Legacy => check_legacy(file)?,
        FileKind::Tar => check_tar(file)?,
        FileKind::Pickle | FileKind::Safetensors | FileKind::Hdf5 => return Err(no_values(file)),
    }
    let root = read_or_refuse(|| PytorchReader::read_pickle_data(path, None))?;
    let reader = read_or_refuse(|| PytorchReader::new(path))?;
    let prefix = match &root {
        PickleValue::Dict(root) => prefix_of_weights(root),
        _ => String::new(),
    };
    let tensors = reader.into_tensors().into_iter();
    let named = tensors.filter_map(|(name, tensor)| {
        let name = name.strip_prefix(&prefix)?.to_owned();
        Some((name, tensor))
    });
    let tensors: Vec<(String, Tensor)> = named.collect();
    let bytes = tensors.iter().map(|(_, tensor)| tensor.byte_len() as u64);
    let bytes = bytes.fold(0, u64::saturating_add);
    check_growth(bytes, file.metadata()?.len(), "its tensors")?;
    let stored = tensors.into_iter().map(|(name, tensor)| {
        let stored = StoredTensor {
            shape: tensor.shape().to_vec(),
            element: element(tensor.dtype()),
            source: TensorSource::PyTorch(tensor),
        };
        (name, stored)
    });
    Ok(stored.collect())
}

/// The values of a tensor in the byte order of this machine.
pub(super) fn read_bytes(tensor: &Tensor) -> Result<Vec<u8>, Refusal> {
    read_or_refuse(|| tensor.read())
}

/// Why a single pickle has no weights.
fn no_values(mut file: &File) -> Refusal {
    match check_plain(file) {
        Ok(()) => Refusal::NotWeights(
            "a pickle by itself, which holds no tensors".to_owned(),
            "save the weights with torch.save(model.state_dict(), ...) or as safetensors",
        ),
        Err(refusal @ (Refusal::Code(_) | Refusal::Excessive(_))) => refusal,
        // Any text may start like a pickle.
        Err(_) => {
            let mut head = Vec::new();
            let read = (file.rewind()).and_then(|()| file.take(64).read_to_end(&mut head));
            read.map_or_else(Refusal::from, |_| unknown(&head))
        }
    }
}

/// The prefix of the names of all weights: the keys of the checkpoint that lead to them.
fn prefix_of_weights(root: &HashMap<String, PickleValue>) -> String {
    let mut prefix = String::new();
    let mut dict = root;
    while let Some((key, inner)) = weights_in(dict) {
        prefix.push_str(key);
        prefix.push('.');
        dict = inner;
    }
    prefix
}

type Dict = HashMap<String, PickleValue>;

/// The entry of a checkpoint with the weights; `None` if `dict` holds the weights itself.
///
/// A network saved as a whole has an entry for each layer instead: a layer called `net` must not be
/// taken for the whole network. A checkpoint is recognized by other entries, such as the epoch.
fn weights_in(dict: &Dict) -> Option<(&str, &Dict)> {
    let entry = |key: &str| match dict.get_key_value(key)? {
        (key, PickleValue::Dict(inner)) => Some((key.as_str(), inner)),
        _ => None,
    };
    let is_other = |value| !is_tensor(value) && !matches!(value, PickleValue::Dict(_));
    let is_checkpoint = dict.values().any(is_other);
    // A checkpoint may have the state of a random generator as a tensor.
    let has_own = has_tensors_on_top(dict);
    if has_own && !is_checkpoint {
        return None;
    }
    let mut known = KEYS.iter().filter_map(|&key| entry(key));
    let is_weights = |inner| has_tensors_on_top(inner) || is_checkpoint && has_tensors(inner);
    let known = known.find(|(_, inner)| is_weights(inner));
    known.or_else(|| {
        let others = dict.keys().filter_map(|key| entry(key));
        let mut others = others.filter(|(_, inner)| has_tensors(inner));
        let only = others.next().filter(|_| is_checkpoint && !has_own);
        only.filter(|_| others.next().is_none())
    })
}

fn is_tensor(value: &PickleValue) -> bool {
    matches!(value, PickleValue::Unsupported(class) if class == "torch.Tensor")
}

fn has_tensors_on_top(dict: &Dict) -> bool {
    dict.values().any(is_tensor)
}

fn has_tensors(dict: &Dict) -> bool {
    dict.values().any(|value| match value {
        PickleValue::Dict(inner) => has_tensors(inner),
        value => is_tensor(value),
    })
}

fn element(dtype: DType) -> ElementType {
    match dtype {
        DType::F64 => ElementType::F64,
        DType::F32 => ElementType::F32,
        DType::F16 => ElementType::F16,
        DType::BF16 => ElementType::Bf16,
        other => ElementType::Other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor() -> PickleValue {
        PickleValue::Unsupported("torch.Tensor".to_owned())
    }

    fn dict<const N: usize>(entries: [(&str, PickleValue); N]) -> Dict {
        entries.map(|(key, value)| (key.to_owned(), value)).into()
    }

    fn nested<const N: usize>(entries: [(&str, PickleValue); N]) -> PickleValue {
        PickleValue::Dict(dict(entries))
    }

    fn weights() -> PickleValue {
        nested([("conv1.weight", tensor())])
    }

    #[test]
    fn weights_on_top_have_no_prefix() {
        assert_eq!(prefix_of_weights(&dict([("net.weight", tensor())])), "");
        let mixed = dict([("weight", tensor()), ("model", weights())]);
        assert_eq!(prefix_of_weights(&mixed), "");
    }

    #[test]
    fn the_known_key_of_a_checkpoint_is_found_beside_the_state_of_its_optimizer() {
        let optimizer = || nested([("state", nested([("0", nested([("m", tensor())]))]))]);
        let checkpoint = dict([("optimizer", optimizer()), ("model", weights())]);
        assert_eq!(prefix_of_weights(&checkpoint), "model.");
        let epoch = PickleValue::Int(3);
        let inner = nested([("state_dict", weights()), ("epoch", epoch)]);
        let checkpoint = dict([
            ("optimizer", optimizer()),
            ("model", inner),
            ("lr", PickleValue::None),
        ]);
        assert_eq!(prefix_of_weights(&checkpoint), "model.state_dict.");
    }

    #[test]
    fn tensors_that_a_checkpoint_keeps_beside_its_weights_are_not_taken_for_them() {
        let epoch = || ("epoch", PickleValue::Int(3));
        let random = dict([("rng", tensor()), ("model", weights()), epoch()]);
        assert_eq!(prefix_of_weights(&random), "model.");
        let flat = dict([("conv.weight", tensor()), ("state", weights()), epoch()]);
        assert_eq!(prefix_of_weights(&flat), "");
    }

    #[test]
    fn an_unknown_key_is_taken_where_it_is_the_only_one_with_tensors() {
        let epoch = || ("epoch", PickleValue::Int(3));
        let one = dict([("generator", weights()), epoch()]);
        assert_eq!(prefix_of_weights(&one), "generator.");
        let two = dict([("generator", weights()), ("critic", weights()), epoch()]);
        assert_eq!(prefix_of_weights(&two), "");
    }

    #[test]
    fn a_whole_network_keeps_the_names_of_its_layers() {
        let layers = || nested([("0", nested([("weight", tensor())]))]);
        let network = dict([("net", layers()), ("fc", nested([("weight", tensor())]))]);
        assert_eq!(prefix_of_weights(&network), "");
    }
}
