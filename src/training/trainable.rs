//! What of a network is trained, and on what.

use std::path::Path;

use burn::module::Module;

use super::checkpoint::epoch_under_way;
use super::error::TrainError;
use super::job::TrainingJob;
use super::weight_files::{last_weights, write_weights};
use crate::data::Dataset;
use crate::experiment::{TransferConfig, TransferMode};
use crate::features::{self, FeatureConfig};
use crate::models::{Backbone, Chain, Network};
use crate::progress::Progress;

/// What of a network is trained, and on what. Networks are on a device that tracks gradients.
pub enum Trainable {
    /// All of it, on images.
    Network(Network),
    /// In the first epochs the head alone, on features of the images; then all of it, on images.
    FineTuning {
        network: Network,
        /// What the layers before the head give, in place of the images.
        features: Dataset,
    },
    /// The head, on features of the images.
    Head {
        /// A backbone without layers before its head.
        head: Network,
        /// Written with the head, as one network.
        frozen_layers: Chain,
        /// What `frozen_layers` give, in place of the images.
        features: Dataset,
    },
}

impl Trainable {
    /// Features that stand for the images throughout, where the head alone is trained.
    pub fn head_features(&self) -> Option<&Dataset> {
        match self {
            Trainable::Head { features, .. } => Some(features),
            _ => None,
        }
    }
}

/// Decides what of `network` is trained, and works out features where the layers before the head are
/// frozen in the epoch under way. Starts that are made of published weights are kept in the run's
/// folder first: a resumed run then needs nothing but that.
///
/// # Errors
/// Features cannot be worked out or kept, or `progress` cancelled that; see
/// [`TrainError::is_interruption`].
pub fn trainable(
    job: &TrainingJob,
    network: Network,
    progress: &dyn Progress,
) -> Result<Trainable, TrainError> {
    let experiment = job.experiment;
    if experiment.weights().is_some() && !last_weights(job.folder).exists() {
        write_weights(job.folder, &network.valid(), false)?;
    }
    let Some(transfer) = &experiment.transfer else {
        return Ok(Trainable::Network(network));
    };
    let epochs = experiment.training.epochs;
    let freeze_epochs = transfer.freeze_epochs;
    if transfer.mode == TransferMode::Finetune && (1..=freeze_epochs).contains(&epochs) {
        progress.warn(&format!(
            "transfer.freeze_epochs = {freeze_epochs} of {epochs} epochs: only the head is trained, nothing is fine-tuned"
        ));
    }
    let plain = match &network {
        Network::Backbone(backbone) if is_frozen(transfer, job.folder) => backbone.valid(),
        _ => return Ok(Trainable::Network(network)),
    };
    let features = kept_features(job, &plain, progress)?;
    Ok(match (transfer.mode, network) {
        (TransferMode::Features, Network::Backbone(backbone)) => Trainable::Head {
            head: Network::Backbone(backbone.head_alone()),
            frozen_layers: plain.features,
            features,
        },
        (_, network) => Trainable::FineTuning { network, features },
    })
}

/// Whether all layers before the head are frozen in the epoch that the run in `folder` goes on with.
fn is_frozen(transfer: &TransferConfig, folder: &Path) -> bool {
    match transfer.mode {
        TransferMode::Features => true,
        TransferMode::Finetune => epoch_under_way(folder) <= transfer.freeze_epochs,
        TransferMode::Scratch => false,
    }
}

/// The job's data set with the features that `backbone` gives.
fn kept_features(
    job: &TrainingJob,
    backbone: &Backbone,
    progress: &dyn Progress,
) -> Result<Dataset, TrainError> {
    let folder = features::folder().ok_or(TrainError::NoFeatureFolder)?;
    let config = FeatureConfig::new(job.experiment, backbone, job.backend.name)?;
    let layers = backbone.frozen_layers();
    let device = &job.backend.device;
    Ok(features::of(
        &layers,
        job.dataset,
        &config,
        device,
        &folder,
        progress,
    )?)
}
