use crate::weights::WeightFileError;

/// Why weights cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("cannot turn the network's weights into safetensors: {0}")]
    Encode(String),
    #[error("cannot read the network's weights from the device: {0}")]
    Device(String),
    #[error(transparent)]
    File(#[from] WeightFileError),
    #[error(
        "{path} holds weights of another network: {differences}; check [model] in the run's config.toml"
    )]
    Mismatch { path: String, differences: String },
    #[error("{path} does not fit this network: {differences}{advice}")]
    Unfit {
        path: String,
        differences: String,
        advice: String,
    },
}
