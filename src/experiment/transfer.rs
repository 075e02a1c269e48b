//! `[transfer]`: how a network with trained weights is adapted to other images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::range::{at_least_one, at_most, positive_up_to_one};

/// How a network with trained weights is adapted to other images; only for networks that are published
/// with weights. Without this section, all layers are trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TransferConfig {
    /// What is trained.
    pub mode: TransferMode,
    /// Mode `features`: additional passes of the training images through the network, each changed
    /// as `[augment]` says.
    #[schemars(range(max = 100))]
    pub augmented_passes: usize,
    /// Mode `finetune`: epochs in which only the head is trained.
    pub freeze_epochs: usize,
    /// Mode `finetune`: the first layer that is trained after that; all layers by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfreeze_from: Option<String>,
    /// Mode `finetune`: learning rate of the features as a share of that of the head.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub backbone_rate: f64,
    /// Mode `finetune`: number of groups that the layers trained again are divided into.
    #[schemars(range(min = 1, max = 100))]
    pub groups: usize,
    /// Mode `finetune`: learning rate of a group as a share of that of the next group towards the
    /// head.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub group_rate: f64,
    /// Mode `finetune`: after `freeze_epochs`, unfreeze one more group in each epoch, starting with
    /// the one next to the head.
    pub gradual: bool,
    /// Mode `finetune`: which statistics batch norm layers use while they are trained.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransferMode {
    /// The features are computed once and kept; the head is trained on them.
    Features,
    /// First the head is trained, then the features as well.
    Finetune,
    /// Everything is trained, from random weights.
    Scratch,
}

/// The means and variances that batch norm normalises with during training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NormStatistics {
    /// Those that came with the weights, unchanged.
    Frozen,
    /// Those of the batch; the running statistics are updated from them.
    Batch,
}

impl TransferConfig {
    /// # Errors
    /// The first value that is out of range, or that the mode does not use.
    pub(super) fn check(&self) -> Result<(), Problem> {
        positive_up_to_one("transfer.backbone_rate", self.backbone_rate)?;
        positive_up_to_one("transfer.group_rate", self.group_rate)?;
        at_least_one("transfer.groups", self.groups, 100)?;
        at_most("transfer.augmented_passes", self.augmented_passes, 100)?;
        self.check_effect()
    }

    fn check_effect(&self) -> Result<(), Problem> {
        let default = Self::default();
        macro_rules! only {
            ($mode:ident $name:literal uses $($key:ident)+) => {
                $(if self.mode != TransferMode::$mode && self.$key != default.$key {
                    return Err(unused(stringify!($key), $name));
                })+
            };
        }
        only!(Features "features" uses augmented_passes);
        only!(Finetune "finetune" uses
            freeze_epochs unfreeze_from backbone_rate groups gradual group_rate batch_norm);
        Ok(())
    }
}

fn unused(key: &str, mode: &str) -> Problem {
    let message =
        format!("only mode = \"{mode}\" uses it; set transfer.mode = \"{mode}\", or remove it");
    Problem::new(format!("transfer.{key}"), message).or_at("transfer.mode")
}
