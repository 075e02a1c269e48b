//! The network that a training begins with.

use std::path::Path;

use burn::tensor::Device;

use super::TrainError;
use super::freezing::Freezing;
use crate::data::Dataset;
use crate::experiment::{ClassWeights, Experiment};
use crate::models::{Head, LoadReport, LoadScope, Network};
use crate::progress::Progress;
use crate::weights::{WeightFile, locate};

/// A network before its first step, and where its weights come from.
pub struct Start {
    pub network: Network,
    /// What was taken from which file; `None` for random weights.
    pub loaded: Option<(WeightFile, LoadReport)>,
}

/// The network of `experiment` for the images of `dataset`, with the weights that it starts from.
///
/// # Errors
/// Network, class weights or stopping rule do not fit the data, or the weights not the network.
pub fn start(
    experiment: &Experiment,
    dataset: &Dataset,
    device: &Device,
    weights_dir: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Start, TrainError> {
    let network = fresh(experiment, dataset, device)?;
    let wanted = experiment.weights().zip(experiment.model.published());
    let Some((wanted, (architecture, settings))) = wanted else {
        return Ok(Start {
            network,
            loaded: None,
        });
    };
    let sum = settings.sha256.as_deref();
    let published = architecture.weights;
    let path = locate(wanted, sum, published, weights_dir, progress)?;
    let file = WeightFile::open(&path)?;
    let part = match settings.head {
        Head::Own => LoadScope::All,
        _ => LoadScope::Features,
    };
    let (network, loaded) = network.with_pretrained(&file, part)?;
    Ok(Start {
        network,
        loaded: Some((file, loaded)),
    })
}

/// The network of `experiment` for the images of `dataset`, with random weights.
///
/// # Errors
/// Network, class weights or stopping rule do not fit the data.
pub fn fresh(
    experiment: &Experiment,
    dataset: &Dataset,
    device: &Device,
) -> Result<Network, TrainError> {
    let (config, classes) = (&experiment.training, dataset.classes.len());
    match &config.class_weights {
        Some(ClassWeights::PerClass(weights)) if weights.len() != classes => {
            return Err(TrainError::ClassWeights {
                received: weights.len(),
                classes,
                names: dataset.classes.join(", "),
            });
        }
        _ => {}
    }
    if let Some(stop) = config.stop
        && stop.metric.needs_validation()
        && dataset.valid.is_empty()
    {
        return Err(TrainError::NoValidation(stop.metric.name()));
    }
    let network = experiment.model.build(
        dataset.shape,
        classes,
        config.initialization,
        config.seed,
        device,
    )?;
    if let Some(transfer) = &experiment.transfer {
        // For its errors, before anything is written.
        Freezing::new(transfer, &network)?;
    }
    Ok(network)
}
