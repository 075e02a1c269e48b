//! A network of the registry as a configuration makes it, without data or training.

use burn::tensor::Device;

use super::error::ConfigError;
use super::load::load;
use crate::models::{BuildError, EXAMPLE_LAYERS, Entry, Initialization, Summary};
use crate::pixels::ImageShape;

/// A network cannot be described.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    #[error("{network} is described, received \"{received}\"; write `convlab models NAME`")]
    OtherName {
        network: &'static str,
        received: String,
    },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Images and classes that a network is described for, unless told otherwise.
pub fn default_size(entry: &Entry) -> (ImageShape, usize) {
    match entry.architecture {
        Some(architecture) => (architecture.input, architecture.classes),
        None => (ImageShape::new(1, 28, 28), 10),
    }
}

/// The layers of a registered network with `settings`, each `model.key=value`, for images of `input`
/// and so many classes. A published network has its own head, unless the settings say otherwise.
///
/// # Errors
/// The settings cannot be used, or name another network, or the images do not suit the network.
pub fn describe(
    entry: &Entry,
    settings: &[String],
    (input, classes): (ImageShape, usize),
    device: &Device,
) -> Result<Summary, DescribeError> {
    let is_set = |key: &str| settings.iter().any(|setting| setting.starts_with(key));
    let mut overrides = vec![format!("model.name={}", entry.name)];
    if entry.name == "sequential" && !is_set("model.layers") {
        overrides.push(format!("model.layers={EXAMPLE_LAYERS}"));
    }
    if entry.architecture.is_some() && !is_set("model.head") && !is_set("model.cut") {
        overrides.push("model.head=own".into());
    }
    if let Some(name) = settings.iter().find(|text| text.starts_with("model.name")) {
        return Err(DescribeError::OtherName {
            network: entry.name,
            received: name.clone(),
        });
    }
    overrides.extend_from_slice(settings);
    let experiment = load(None, &overrides)?;
    let initialization = Initialization::default();
    let network = (experiment.model).build(input, classes, initialization, 0, device)?;
    Ok(Summary::new(entry.name, &network, input))
}
