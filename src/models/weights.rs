//! Weights as safetensors, in PyTorch's names and layouts, so that other programs read them too.

use std::path::Path;

use burn::store::{
    ApplyError, BurnToPyTorchAdapter, ModuleSnapshot, PyTorchToBurnAdapter, SafetensorsStore,
};

use super::Network;

/// Why weights cannot be kept or taken.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("cannot turn the network's weights into safetensors: {0}")]
    Encode(String),
    #[error("{path} is not a readable safetensors file of this network: {reason}")]
    Decode { path: String, reason: String },
    #[error(
        "{path} holds weights of another network: {differences}; check [model] in the run's config.toml"
    )]
    Mismatch { path: String, differences: String },
}

/// How the tensors of a file differ from a network's, each kind with its first few names.
fn differences(missing: &[String], unused: &[String], errors: &[String]) -> String {
    let kinds = [
        ("it lacks", missing),
        ("it has also", unused),
        ("of another shape:", errors),
    ];
    let listed = kinds.into_iter().filter(|(_, names)| !names.is_empty());
    let listed = listed.map(|(kind, names)| {
        let more = if names.len() > 3 { ", ..." } else { "" };
        format!("{kind} {}{more}", names[..names.len().min(3)].join(", "))
    });
    listed.collect::<Vec<_>>().join("; ")
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
        let errors: Vec<String> = (result.errors.iter())
            .map(|error| match error {
                ApplyError::ShapeMismatch {
                    path,
                    expected,
                    found,
                } => format!("{path} ({found} in place of {expected})"),
                other => other.to_string(),
            })
            .collect();
        Err(WeightsError::Mismatch {
            path,
            differences: differences(&missing, &result.unused, &errors),
        })
    }
}
