//! Reads HDF5 files in which Keras keeps weights: a group per layer, with the layer's tensors.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::storage::FileStorage;
use hdf5_reader::{Dataset, Datatype, Hdf5File};

use super::containers::check_growth;
use super::error::{Refusal, calmly};
use super::values::Element;
use super::{Source, Stored};

/// Groups inside one another, at most: Keras nests a network in a network, and a layer in that.
const DEEPEST: usize = 8;

/// Groups and tensors, at most; a large network has some thousands.
const MOST: usize = 100_000;

/// Every tensor that `file` names.
///
/// Keras writes `conv1/conv1/kernel:0`, in a file of the whole model below `model_weights`, and
/// in a network within a network `mobilenet/conv1/kernel:0`; here all are `conv1/kernel`.
pub(super) fn read_tensors(file: &File) -> Result<Vec<(String, Stored)>, Refusal> {
    let found = calmly(|| find(file))?;
    let bytes = found.tensors.values().map(|(_, bytes)| *bytes);
    let bytes = bytes.fold(0, u64::saturating_add);
    check_growth(bytes, file.metadata()?.len(), "its tensors")?;
    let tensors = found.tensors.into_iter();
    Ok(tensors.map(|(name, (stored, _))| (name, stored)).collect())
}

fn find(file: &File) -> Result<Found, Refusal> {
    let storage = FileStorage::from_file(file.try_clone()?)?;
    let root = Hdf5File::from_storage(Arc::new(storage))?.root_group()?;
    // Beside it lies what the optimizer keeps.
    let (groups, _) = root.members()?;
    let weights = groups
        .into_iter()
        .find(|group| group.name() == "model_weights");
    let mut found = Found::default();
    found.walk(&weights.unwrap_or(root), &mut Vec::new())?;
    Ok(found)
}

/// The values of a tensor, in the byte order of this machine.
pub(super) fn read_bytes(tensor: &Dataset) -> Result<Vec<u8>, Refusal> {
    calmly(|| tensor.read_native_bytes())
}

#[derive(Default)]
struct Found {
    /// By name, with the bytes of the values.
    tensors: BTreeMap<String, (Stored, u64)>,
    /// Groups and tensors so far.
    seen: usize,
}

impl Found {
    fn walk(&mut self, group: &Group, path: &mut Vec<String>) -> Result<(), Refusal> {
        if path.len() == DEEPEST {
            let reason = format!("groups inside one another, more than {DEEPEST} deep");
            return Err(Refusal::Excessive(reason));
        }
        let (groups, tensors) = group.members()?;
        self.seen += groups.len() + tensors.len();
        if self.seen > MOST {
            let reason = format!("more than {MOST} groups and tensors");
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
            return Ok(()); // a count or a date beside the layers
        };
        if layer == "vars" {
            return Err(Refusal::NotWeights(
                "a Keras file whose tensors have numbers for names".to_owned(),
                "open it in Keras and write it anew with `model.save(\"model.h5\")`",
            ));
        }
        let name = format!("{layer}/{own}");
        let bytes = tensor.raw_byte_len()? as u64;
        let shape = tensor.shape().iter().map(|&size| size as usize).collect();
        let stored = Stored {
            shape,
            element: element(tensor.dtype()),
            source: Source::Hdf5(Box::new(tensor)),
        };
        match self.tensors.insert(name.clone(), (stored, bytes)) {
            None => Ok(()),
            Some(_) => Err(Refusal::Damaged(format!("{name:?} is there twice"))),
        }
    }
}

fn element(kind: &Datatype) -> Element {
    match kind {
        Datatype::FloatingPoint { size: 8, .. } => Element::F64,
        Datatype::FloatingPoint { size: 4, .. } => Element::F32,
        Datatype::FloatingPoint { size: 2, .. } => Element::F16,
        other => {
            // Structures would print all of theirs.
            let text = format!("{other:?}");
            let kind = text.split([' ', '{', '(']).next().unwrap_or_default();
            Element::Other(kind.to_owned())
        }
    }
}
