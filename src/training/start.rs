//! The network that a training begins with.

use std::fmt;
use std::path::Path;

use burn::tensor::Device;

use super::checkpoint::has_checkpoint;
use super::error::TrainError;
use super::freezing::Freezing;
use super::history::has_history;
use super::weight_files::last_weights;
use crate::data::Dataset;
use crate::experiment::{ClassWeights, Experiment, TransferMode};
use crate::models::{Head, LoadReport, LoadScope, Network};
use crate::progress::Progress;
use crate::weights::{WeightFile, locate};

/// A network before its first step, on a device that tracks gradients, and where its weights come
/// from.
pub struct Start {
    pub network: Network,
    /// What was taken from which file; `None` for random weights and for a run that goes on with its
    /// own.
    pub loaded: Option<(WeightFile, LoadReport)>,
    /// What the user may want to change.
    pub warning: Option<StartWarning>,
}

/// A start that is probably not what the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartWarning {
    /// The weights of the head are random and are not trained.
    RandomHead,
    /// There is nothing to transfer: the features are random.
    RandomFeatures,
}

impl fmt::Display for StartWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StartWarning::RandomHead => {
                "the head is random and stays so with training.epochs = 0; set model.head=\"own\" to take that of the file"
            }
            StartWarning::RandomFeatures => {
                "there are no weights to transfer, the features are random; set model.weights"
            }
        })
    }
}

/// The network of `experiment` for the images of `dataset`, on `device`, with the weights that it
/// starts from; `resumed` is the folder of a run that goes on.
///
/// # Errors
/// Network, class weights or stopping rule do not fit the data, or the weights not the network.
pub fn start(
    experiment: &Experiment,
    dataset: &Dataset,
    device: &Device,
    resumed: Option<&Path>,
    weights_dir: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Start, TrainError> {
    let network = random_network(experiment, dataset, &device.clone().autodiff())?;
    if let Some(folder) = resumed.filter(|folder| keeps_its_start(experiment, folder)) {
        return Ok(Start {
            network: network.with_weights_of_run(&last_weights(folder))?,
            loaded: None,
            warning: None,
        });
    }
    let wanted = experiment.weights().zip(experiment.model.published());
    let Some((wanted, (architecture, settings))) = wanted else {
        let transfers = matches!(
            experiment.mode(),
            Some(TransferMode::Features | TransferMode::Finetune)
        );
        return Ok(Start {
            network,
            loaded: None,
            warning: transfers.then_some(StartWarning::RandomFeatures),
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
    let random_head = experiment.training.epochs == 0 && !loaded.fresh.is_empty();
    Ok(Start {
        network,
        loaded: Some((file, loaded)),
        warning: random_head.then_some(StartWarning::RandomHead),
    })
}

/// Whether the run in `folder` goes on with published weights that it has kept itself.
fn keeps_its_start(experiment: &Experiment, folder: &Path) -> bool {
    experiment.weights().is_some()
        && last_weights(folder).exists()
        && (has_checkpoint(folder) || !has_history(folder))
}

/// The network of `experiment` for the images of `dataset`, with random weights.
///
/// # Errors
/// Network, class weights or stopping rule do not fit the data.
fn random_network(
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
