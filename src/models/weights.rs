//! Weights as safetensors, in PyTorch's names and layouts, so that other programs read them too.

use std::path::Path;

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, PyTorchToBurnAdapter, SafetensorsStore};

use super::Network;

/// Why weights cannot be kept or taken.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("cannot turn the network's weights into safetensors: {0}")]
    Encode(String),
    #[error("{path} is not a readable safetensors file of this network: {reason}")]
    Decode { path: String, reason: String },
    #[error(
        "{path} holds weights of another network: {} of this network's tensors are missing from it ({}), {} of its tensors are unused ({}){}; check [model] in the run's config.toml", missing.len(), first(missing), unused.len(), first(unused), errors
    )]
    Mismatch {
        path: String,
        missing: Vec<String>,
        unused: Vec<String>,
        errors: String,
    },
}

fn first(names: &[String]) -> String {
    match names {
        [] => "none".into(),
        [name] => name.clone(),
        [name, ..] => format!("{name}, ..."),
    }
}

impl Network {
    /// The weights as a safetensors file: convolutions `[out, in / groups, height, width]`, dense
    /// layers `[outputs, inputs]`. Equal weights give equal bytes.
    ///
    /// # Errors
    /// [`WeightsError::Encode`]
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        // More than one metadata entry would be written in the random order of a hash map.
        let mut store = SafetensorsStore::from_bytes(None)
            .with_to_adapter(BurnToPyTorchAdapter)
            .skip_enum_variants(true)
            .clear_metadata()
            .metadata("format", "pt");
        self.save_into(&mut store)
            .map_err(|error| WeightsError::Encode(error.to_string()))?;
        (store.get_bytes()).map_err(|error| WeightsError::Encode(error.to_string()))
    }

    /// Takes the weights of a safetensors file in the form [`to_safetensors`](Self::to_safetensors)
    /// writes; `path` is for messages.
    ///
    /// # Errors
    /// The bytes are not safetensors, or belong to another network.
    pub fn with_safetensors(mut self, bytes: Vec<u8>, path: &Path) -> Result<Self, WeightsError> {
        let path = path.display().to_string();
        let decode = |reason: String| WeightsError::Decode {
            path: path.clone(),
            reason,
        };
        safetensors::SafeTensors::deserialize(&bytes).map_err(|error| decode(error.to_string()))?;
        let mut store = SafetensorsStore::from_bytes(Some(bytes))
            .with_from_adapter(PyTorchToBurnAdapter)
            .skip_enum_variants(true)
            .allow_partial(true)
            .validate(false);
        let result = (self.load_from(&mut store)).map_err(|error| decode(error.to_string()))?;
        let missing: Vec<String> = result
            .missing
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        if result.errors.is_empty() && missing.is_empty() && result.unused.is_empty() {
            return Ok(self);
        }
        Err(WeightsError::Mismatch {
            path,
            missing,
            unused: result.unused,
            errors: result
                .errors
                .iter()
                .map(|error| format!("; {error}"))
                .collect(),
        })
    }
}
