//! The weights of a file, read into a network.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use burn::module::Module;

use super::super::registry::Network;
use super::error::WeightsError;
use super::layout::{arrange, expected_shape};
use super::report::{Found, LoadReport};
use super::tensors::named_tensors;
use super::values::{ReadShapes, WriteValues};
use crate::weights::WeightFile;

/// Which tensors of a network are read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadScope {
    /// Those of the features and of the head.
    All,
    /// Those of the features; the head stays as it is.
    Features,
}

impl Network {
    /// Reads the weights of a file that [`to_safetensors`](Self::to_safetensors) wrote.
    ///
    /// # Errors
    /// The file cannot be read, or belongs to another network.
    pub fn with_weights_of_run(self, path: &Path) -> Result<Self, WeightsError> {
        let file = WeightFile::open(path)?;
        let path = path.display().to_string();
        let (network, found) = self.load(&file, |_| true)?;
        match found.differences(true) {
            None => Ok(network),
            Some(differences) => Err(WeightsError::Mismatch { path, differences }),
        }
    }

    /// Reads the weights of a file by their names in PyTorch or Keras.
    ///
    /// # Errors
    /// The file lacks a tensor within `scope`, or has it with another shape.
    pub fn with_pretrained(
        self,
        file: &WeightFile,
        scope: LoadScope,
    ) -> Result<(Self, LoadReport), WeightsError> {
        let tensors = match (&self, scope) {
            (Network::Backbone(backbone), LoadScope::Features) => {
                named_tensors(&backbone.features.layers())
            }
            _ => self.named_tensors(),
        };
        let names: BTreeSet<String> = tensors.into_iter().map(|tensor| tensor.name).collect();
        let (network, found) = self.load(file, |name| names.contains(name))?;
        if let Some(differences) = found.differences(false) {
            return Err(WeightsError::Unfit {
                path: file.path().display().to_string(),
                differences,
                advice: found.advice(&network),
            });
        }
        let fresh = network
            .named_tensors()
            .into_iter()
            .map(|tensor| tensor.name);
        let fresh = fresh.filter(|name| !names.contains(name)).collect();
        let report = LoadReport {
            applied: found.applied,
            fresh,
            unused: found.unused,
        };
        Ok((network, report))
    }

    /// Reads those tensors of the network whose names are `included`.
    fn load(
        self,
        file: &WeightFile,
        included: impl Fn(&str) -> bool,
    ) -> Result<(Self, Found), WeightsError> {
        let mut shapes = ReadShapes::default();
        self.visit(&mut shapes);
        let mut found = Found::default();
        let mut unused: BTreeSet<&str> = file.names().collect();
        let keras = file.names().any(|name| name.contains('/'));
        let mut values = HashMap::new();
        for tensor in self.named_tensors() {
            if !included(&tensor.name) {
                continue;
            }
            let Some(own) = shapes.0.get(&tensor.id) else {
                continue;
            };
            let name = tensor.name_in(file, keras);
            let Some(shape) = file.shape(&name) else {
                found.missing.push(name.into_owned());
                continue;
            };
            unused.remove(&*name);
            match arrange(tensor.layout, keras, shape, own) {
                Some(arrange) => {
                    values.insert(tensor.id, arrange(&file.values(&name)?));
                    found.applied.push(tensor.name);
                }
                None => {
                    let expected = expected_shape(tensor.layout, keras, own);
                    found
                        .mismatched
                        .push(format!("{name} ({shape:?} in place of {expected:?})"));
                }
            }
        }
        found.unused = unused.into_iter().map(str::to_string).collect();
        Ok((self.map(&mut WriteValues(values)), found))
    }
}

#[cfg(test)]
mod filled {
    use super::super::super::layers::TensorLayout;
    use super::super::layout::transposed;
    use super::*;

    impl Network {
        /// The network with values that `value` makes from names and shapes as PyTorch has them;
        /// and these names and shapes.
        pub fn filled(
            self,
            value: &dyn Fn(&str, &[usize]) -> Vec<f32>,
        ) -> (Self, Vec<(String, Vec<usize>)>) {
            let mut shapes = ReadShapes::default();
            self.visit(&mut shapes);
            let (mut values, mut tensors) = (HashMap::new(), Vec::new());
            for tensor in self.named_tensors() {
                let mut shape = shapes.0[&tensor.id].clone();
                let is_dense = tensor.layout == TensorLayout::Dense;
                if is_dense {
                    shape.reverse();
                }
                let made = value(&tensor.name, &shape);
                let made = match is_dense {
                    true => transposed(&made, [shape[0], shape[1]]),
                    false => made,
                };
                values.insert(tensor.id, made);
                tensors.push((tensor.name, shape));
            }
            (self.map(&mut WriteValues(values)), tensors)
        }
    }
}
