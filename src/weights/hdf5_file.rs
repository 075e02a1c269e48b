//! Reads the HDF5 files of Keras: a group for each layer, with its tensors.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::storage::FileStorage;
use hdf5_reader::{Dataset, Datatype, Hdf5File};

use super::containers::check_growth;
use super::error::{Refusal, read_or_refuse};
use super::stored::{StoredTensor, TensorSource};
use super::values::ElementType;

/// Limit for the depth of groups: Keras nests layers in networks, and networks in networks.
const MAX_DEPTH: usize = 8;

/// Limit for the number of groups and tensors; a large network has some thousands.
const MAX_MEMBERS: usize = 100_000;

/// All tensors of `file`.
///
/// Keras writes `conv1/conv1/kernel:0`, below `model_weights` in a file of a whole model, and
/// `mobilenet/conv1/kernel:0` for a network in a network; here all are named `conv1/kernel`.
pub(super) fn read_tensors(file: &File) -> Result<Vec<(String, StoredTensor)>, Refusal> {
    let found = read_or_refuse(|| find(file))?;
    let bytes = found.tensors.values().map(|(_, bytes)| *bytes);
    let bytes = bytes.fold(0, u64::saturating_add);
    check_growth(bytes, file.metadata()?.len(), "its tensors")?;
    let tensors = found.tensors.into_iter();
    Ok(tensors.map(|(name, (stored, _))| (name, stored)).collect())
}

fn find(file: &File) -> Result<FoundTensors, Refusal> {
    let storage = FileStorage::from_file(file.try_clone()?)?;
    let root = Hdf5File::from_storage(Arc::new(storage))?.root_group()?;
    // The state of the optimizer is beside it.
    let (groups, _) = root.members()?;
    let weights = groups
        .into_iter()
        .find(|group| group.name() == "model_weights");
    let mut found = FoundTensors::default();
    found.walk(&weights.unwrap_or(root), &mut Vec::new())?;
    Ok(found)
}

/// The values of a tensor, in the byte order of this machine.
pub(super) fn read_bytes(tensor: &Dataset) -> Result<Vec<u8>, Refusal> {
    read_or_refuse(|| tensor.read_native_bytes())
}

#[derive(Default)]
struct FoundTensors {
    /// By name, with the length of the values in bytes.
    tensors: BTreeMap<String, (StoredTensor, u64)>,
    /// Number of groups and tensors so far.
    seen: usize,
}

impl FoundTensors {
    fn walk(&mut self, group: &Group, path: &mut Vec<String>) -> Result<(), Refusal> {
        if path.len() == MAX_DEPTH {
            let reason = format!("its groups are nested more than {MAX_DEPTH} deep");
            return Err(Refusal::Excessive(reason));
        }
        let (groups, tensors) = group.members()?;
        self.seen += groups.len() + tensors.len();
        if self.seen > MAX_MEMBERS {
            let reason = format!("more than {MAX_MEMBERS} groups and tensors");
            return Err(Refusal::Excessive(reason));
        }
        for tensor in tensors {
            self.take(tensor, path)?;
        }
        for group in groups {
            path.push(group.name().to_owned());
            self.walk(&group, path)?;
            path.pop();
        }
        Ok(())
    }

    fn take(&mut self, tensor: Dataset, path: &[String]) -> Result<(), Refusal> {
        let own = tensor.name().trim_end_matches(":0");
        let Some(layer) = path.last() else {
            return Ok(()); // a count or a date, not a layer
        };
        if layer == "vars" {
            return Err(Refusal::NotWeights(
                "a Keras file whose tensors have numbers for names".to_owned(),
                "open it in Keras and save it again with `model.save(\"model.h5\")`",
            ));
        }
        let name = format!("{layer}/{own}");
        let bytes = tensor.raw_byte_len()? as u64;
        let shape = tensor.shape().iter().map(|&size| size as usize).collect();
        let stored = StoredTensor {
            shape,
            element: element(tensor.dtype()),
            source: TensorSource::Hdf5(Box::new(tensor)),
        };
        match self.tensors.insert(name.clone(), (stored, bytes)) {
            None => Ok(()),
            Some(_) => Err(Refusal::Damaged(format!("{name:?} occurs twice"))),
        }
    }
}

fn element(kind: &Datatype) -> ElementType {
    match kind {
        Datatype::FloatingPoint { size: 8, .. } => ElementType::F64,
        Datatype::FloatingPoint { size: 4, .. } => ElementType::F32,
        Datatype::FloatingPoint { size: 2, .. } => ElementType::F16,
        other => {
            // A compound type would print all its fields.
            let text = format!("{other:?}");
            let kind = text.split([' ', '{', '(']).next().unwrap_or_default();
            ElementType::Other(kind.to_owned())
        }
    }
}
