//! A published network as a model, without any training.

use std::path::Path;

use anyhow::{Result, bail};
use burn::tensor::Device;

use crate::artifacts::ModelCard;
use crate::data::Normalization;
use crate::experiment;
use crate::models::{Initialization, LoadScope, Network, REGISTRY};
use crate::pixels::Resize;
use crate::preparation::Pipeline;
use crate::terminal::Bars;
use crate::text::did_you_mean;
use crate::weights::{WeightFile, imagenet_classes, locate};

/// The network `name` with `weights`, and how pictures are brought to it.
pub fn open(
    name: &str,
    weights: &str,
    weights_dir: Option<&Path>,
    device: &Device,
) -> Result<(ModelCard, Network)> {
    let classes: Vec<String> = imagenet_classes()
        .iter()
        .map(|&class| class.into())
        .collect();
    let known = || {
        let of_imagenet = REGISTRY.iter().filter(|entry| {
            (entry.architecture).is_some_and(|architecture| architecture.classes == 1_000)
        });
        of_imagenet.map(|entry| entry.name)
    };
    if !known().any(|known| known == name) {
        bail!(
            "--imagenet {name}: expected a network that is published with ImageNet's classes, one of {}{}",
            known().collect::<Vec<_>>().join(", "),
            did_you_mean(name, known())
        );
    }
    let overrides = [format!("model.name={name}"), "model.head=own".into()];
    let experiment = experiment::load(None, &overrides)?;
    let Some((architecture, _)) = experiment.model.published() else {
        bail!("{name} is not published with weights");
    };
    let published = architecture.weights;
    let path = locate(weights, None, published, weights_dir, &Bars::default())?;
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
    Ok((card, network))
}
