//! A published network that names ImageNet's classes, without any training.

use std::path::Path;

use burn::tensor::Device;

use super::card::ModelCard;
use super::error::RunError;
use super::predict::Predictor;
use crate::data::Normalization;
use crate::experiment;
use crate::models::{Architecture, Initialization, LoadScope, REGISTRY};
use crate::pixels::Resize;
use crate::preparation::Pipeline;
use crate::progress::Progress;
use crate::text::did_you_mean;
use crate::weights::{WeightFile, imagenet_classes, locate};

impl Predictor {
    /// The network `name` with `weights`: a published name, a file, or a run.
    ///
    /// # Errors
    /// There is no such network with ImageNet's classes, or its weights cannot be found, opened or
    /// used.
    pub fn published(
        name: &str,
        weights: &str,
        weights_dir: Option<&Path>,
        device: &Device,
        progress: &dyn Progress,
    ) -> Result<Self, RunError> {
        let classes: Vec<String> = imagenet_classes()
            .iter()
            .map(|&class| class.into())
            .collect();
        let architecture = find(name, classes.len())?;
        let overrides = [format!("model.name={name}"), "model.head=own".into()];
        let experiment = experiment::load(None, &overrides)?;
        let path = locate(weights, None, architecture.weights, weights_dir, progress)?;
        let file = WeightFile::open(&path)?;
        let (input, initialization) = (architecture.input, Initialization::default());
        let network = (experiment.model).build(input, classes.len(), initialization, 0, device)?;
        let (network, _) = network.with_pretrained(&file, LoadScope::All)?;
        let card = ModelCard {
            convlab: env!("CARGO_PKG_VERSION").into(),
            model: name.into(),
            input,
            classes,
            dataset: "ImageNet".into(),
            // The images of ImageNet are not at hand.
            fingerprint: String::new(),
            resize: Resize::Crop,
            preparation: Pipeline::none(),
            sized_before: false,
            normalization: Normalization::pretrained(input.channels, architecture.normalization)?,
            parameters: network.parameters(),
            config: experiment.to_toml()?,
        };
        Ok(Self {
            card,
            network,
            device: device.clone(),
        })
    }
}

/// The published architecture `name` of so many classes.
fn find(name: &str, classes: usize) -> Result<&'static Architecture, RunError> {
    let known: Vec<(&str, &Architecture)> = (REGISTRY.iter())
        .filter_map(|entry| Some((entry.name, entry.architecture?)))
        .filter(|(_, architecture)| architecture.classes == classes)
        .collect();
    match known.iter().find(|(known, _)| *known == name) {
        Some((_, architecture)) => Ok(architecture),
        None => {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            Err(RunError::NotOfImageNet {
                name: name.into(),
                hint: did_you_mean(name, names.iter().copied()),
                known: names.join(", "),
            })
        }
    }
}
