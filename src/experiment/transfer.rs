//! `[transfer]`: how a network that has learnt elsewhere is put to a new use.

use serde::{Deserialize, Serialize};

use super::Experiment;
use super::place::Problem;
use super::wording::number;
use crate::data::Normalize;
use crate::models::{Head, NetworkConfig};

/// `[transfer]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransferConfig {
    pub mode: TransferMode,
    /// Mode `features`: how many times the training images are passed through the network once
    /// more, changed as `[augment]` says.
    pub augmented_passes: usize,
    /// Mode `finetune`: epochs in which only the head is trained.
    pub freeze_epochs: usize,
    /// Mode `finetune`: the first layer that is trained after that; all where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfreeze_from: Option<String>,
    /// Mode `finetune`: learning rate of the features as a share of that of the head.
    pub backbone_rate: f64,
    /// Mode `finetune`: the layers that are trained again form so many groups.
    pub groups: usize,
    /// Mode `finetune`: learning rate of a group as a share of that of the group behind it.
    pub group_rate: f64,
    /// Mode `finetune`: after `freeze_epochs`, one group more is trained in each epoch, the last
    /// one first.
    pub gradual: bool,
    /// Mode `finetune`: what batch norm layers that are trained normalise with.
    pub batch_norm: NormStatistics,
}

impl Default for TransferConfig {
    fn default() -> Self {
        Self {
            mode: TransferMode::Features,
            augmented_passes: 0,
            freeze_epochs: 1,
            unfreeze_from: None,
            backbone_rate: 0.1,
            groups: 1,
            group_rate: 0.5,
            gradual: false,
            batch_norm: NormStatistics::Frozen,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferMode {
    /// The features are computed once and kept; the head is trained on them.
    Features,
    /// First the head is trained, then the features as well.
    Finetune,
    /// Everything is trained, from random weights.
    Scratch,
}

/// Where the means and variances of batch norm come from in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NormStatistics {
    /// Those that came with the weights; they stay as they are.
    Frozen,
    /// Those of the batch, which change the kept ones.
    Batch,
}

/// Checks what depends on `[transfer]` and `[model]`.
///
/// # Errors
/// A value out of range, or without effect, and what to do.
pub fn check(experiment: &Experiment) -> Result<(), Problem> {
    let published = experiment.model.published();
    pixels(experiment)?;
    let Some(transfer) = &experiment.transfer else {
        return Ok(());
    };
    let Some(_) = published else {
        let message = format!(
            "only networks with features and a head can be transferred, such as mobilenet_v1 or resnet18, received model.name = \"{}\"; choose one, or remove [transfer]",
            experiment.model.name()
        );
        return Err(Problem::new("transfer", message).or_at("model.name"));
    };
    if !(transfer.backbone_rate > 0.0 && transfer.backbone_rate <= 1.0) {
        return Err(share("transfer.backbone_rate", transfer.backbone_rate));
    }
    if !(transfer.group_rate > 0.0 && transfer.group_rate <= 1.0) {
        return Err(share("transfer.group_rate", transfer.group_rate));
    }
    if !(1..=100).contains(&transfer.groups) {
        let message = format!("expected 1 to 100, received {}", transfer.groups);
        return Err(Problem::new("transfer.groups", message));
    }
    if transfer.augmented_passes > 100 {
        let message = format!("expected 0 to 100, received {}", transfer.augmented_passes);
        return Err(Problem::new("transfer.augmented_passes", message));
    }
    without_effect(transfer)?;
    augmented(experiment, transfer)
}

/// Features are computed once, so augmentation takes passes of its own; one label belongs to each.
fn augmented(experiment: &Experiment, transfer: &TransferConfig) -> Result<(), Problem> {
    let passes = transfer.augmented_passes;
    match &experiment.augment {
        None if passes > 0 => Err(Problem::new(
            "transfer.augmented_passes",
            "[augment] must say what is done to the images, e.g. augment.horizontal_flip = 0.5; add it, or remove augmented_passes",
        )),
        Some(_) if transfer.mode == TransferMode::Features && passes == 0 => Err(Problem::new(
            "augment",
            "mode = \"features\" computes features once; set transfer.augmented_passes to how often the images pass once more, or remove [augment]",
        )
        .or_at("transfer.mode")),
        Some(augment) if transfer.mode == TransferMode::Features && augment.mixes() => {
            let key = if augment.mixup > 0.0 { "augment.mixup" } else { "augment.cutmix" };
            Err(Problem::new(
                key,
                "mode = \"features\" keeps features of single images; remove it, or set transfer.mode = \"finetune\"",
            )
            .or_at("transfer.mode"))
        }
        _ => Ok(()),
    }
}

fn share(key: &str, value: f64) -> Problem {
    let message = format!(
        "expected more than 0 and at most 1, received {}",
        number(value)
    );
    Problem::new(key, message)
}

/// Refuses settings that the mode does not look at.
fn without_effect(transfer: &TransferConfig) -> Result<(), Problem> {
    let usual = TransferConfig::default();
    let (features, finetune) = (
        transfer.mode == TransferMode::Features,
        transfer.mode == TransferMode::Finetune,
    );
    let unused = [
        (
            "augmented_passes",
            features || transfer.augmented_passes == 0,
            "features",
        ),
        (
            "freeze_epochs",
            finetune || transfer.freeze_epochs == usual.freeze_epochs,
            "finetune",
        ),
        (
            "unfreeze_from",
            finetune || transfer.unfreeze_from.is_none(),
            "finetune",
        ),
        (
            "backbone_rate",
            finetune || transfer.backbone_rate == usual.backbone_rate,
            "finetune",
        ),
        (
            "groups",
            finetune || transfer.groups == usual.groups,
            "finetune",
        ),
        ("gradual", finetune || !transfer.gradual, "finetune"),
        (
            "group_rate",
            finetune || transfer.group_rate == usual.group_rate,
            "finetune",
        ),
        (
            "batch_norm",
            finetune || transfer.batch_norm == usual.batch_norm,
            "finetune",
        ),
    ];
    match unused.iter().find(|(_, used, _)| !used) {
        None => Ok(()),
        Some((key, _, mode)) => Err(Problem::new(
            format!("transfer.{key}"),
            format!("only mode = \"{mode}\" uses it; set transfer.mode = \"{mode}\", or remove it"),
        )
        .or_at("transfer.mode")),
    }
}

/// Images for published weights are normalised as those weights want it.
fn pixels(experiment: &Experiment) -> Result<(), Problem> {
    let pretrained = experiment.data.normalize == Normalize::Pretrained;
    if pretrained && experiment.model.published().is_none() {
        let message = format!(
            "\"pretrained\" is known for networks that are published with weights, received model.name = \"{}\"; set normalize = \"unit\" or \"standard\"",
            experiment.model.name()
        );
        return Err(Problem::new("data.normalize", message).or_at("model.name"));
    }
    Ok(())
}

impl Experiment {
    /// The weights to start from, where the mode does not ask for random ones.
    pub fn weights(&self) -> Option<&str> {
        let scratch = self.mode() == Some(TransferMode::Scratch);
        let (_, config) = self.model.published()?;
        config.weights.as_deref().filter(|_| !scratch)
    }

    /// How the network is put to a new use, if it is.
    pub fn mode(&self) -> Option<TransferMode> {
        self.transfer.as_ref().map(|transfer| transfer.mode)
    }
}

impl NetworkConfig {
    /// The same without what the features do not depend on, their weights apart.
    pub fn of_features(&self) -> NetworkConfig {
        let mut config = self.clone();
        if let Some(settings) = config.published_mut() {
            (settings.weights, settings.sha256) = (None, None);
            settings.head = Head::default();
        }
        config
    }
}
