//! The weights of a network as a safetensors file.

use std::collections::{BTreeMap, HashMap};

use burn::module::Module;
use safetensors::tensor::{Dtype, TensorView};

use super::super::backbone::Backbone;
use super::super::layers::{Chain, TensorLayout};
use super::super::registry::Network;
use super::error::WeightsError;
use super::layout::transposed;
use super::values::ReadValues;
use crate::fingerprint::Fingerprint;

impl Network {
    /// The weights as a safetensors file: convolutions `[out, in / groups, height, width]`, dense
    /// layers `[outputs, inputs]`. Equal weights give equal bytes.
    ///
    /// # Errors
    /// The device failed, or a name occurs twice.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        let mut read = ReadValues::default();
        self.visit(&mut read);
        let mut read = read.finish()?;
        let mut tensors = BTreeMap::new();
        for tensor in self.named_tensors() {
            let Some((mut shape, mut values)) = read.remove(&tensor.id) else {
                continue;
            };
            if tensor.layout == TensorLayout::Dense {
                values = transposed(&values, [shape[0], shape[1]]);
                shape.reverse();
            }
            let bytes: Vec<u8> = values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            tensors.insert(tensor.name, (shape, bytes));
        }
        let encode = |error: safetensors::SafeTensorError| WeightsError::Encode(error.to_string());
        let views = tensors.iter().map(|(name, (shape, bytes))| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(encode)?;
            Ok((name, view))
        });
        let views: Vec<_> = views.collect::<Result<_, WeightsError>>()?;
        // More than one entry would be written in the random order of a hash map.
        let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
        safetensors::serialize(views, Some(metadata)).map_err(encode)
    }
}

impl Backbone {
    /// SHA-256 of the weights of the features, 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// The device failed.
    pub fn features_sha256(&self) -> Result<String, WeightsError> {
        let features = Network::Backbone(Backbone {
            features: self.features.clone(),
            head: Chain::new(),
        });
        let mut print = Fingerprint::new();
        print.bytes(&features.to_safetensors()?);
        Ok(print.finish())
    }
}
