//! The whole experiment: all sections, and what one of them requires of another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::data::DataConfig;
use super::preprocess::PreprocessConfig;
use super::problem::Problem;
use super::training::TrainingConfig;
use super::transfer::{TransferConfig, TransferMode};
use crate::augmentation::{AugmentConfig, Augmentation};
use crate::data::Normalize;
use crate::models::NetworkConfig;

/// The configuration of an experiment: everything that decides a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Experiment {
    pub data: DataConfig,
    #[serde(skip_serializing_if = "PreprocessConfig::is_empty")]
    pub preprocess: PreprocessConfig,
    pub model: NetworkConfig,
    pub training: TrainingConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub augment: Option<AugmentConfig>,
}

impl Experiment {
    /// What is done to training images, if anything.
    pub fn augmentation(&self) -> Option<Augmentation> {
        let config = self.augment.as_ref()?;
        Some(Augmentation::new(config, self.training.seed))
    }

    /// The published weights to start from; none if they are not asked for, or if `transfer.mode`
    /// is `scratch`.
    pub fn weights(&self) -> Option<&str> {
        let scratch = self.mode() == Some(TransferMode::Scratch);
        let (_, config) = self.model.published()?;
        config.weights.as_deref().filter(|_| !scratch)
    }

    /// `transfer.mode`, if there is a section `[transfer]`.
    pub fn mode(&self) -> Option<TransferMode> {
        self.transfer.as_ref().map(|transfer| transfer.mode)
    }

    /// The experiment as TOML, every value written out.
    ///
    /// # Errors
    /// A value that TOML cannot hold, such as a path that is not UTF-8.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// Checks every section but `[model]`, then the sections against each other.
    ///
    /// # Errors
    /// The first value that is out of range, without effect or contradicts another.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.data.check()?;
        self.training.check()?;
        self.check_stop_rule()?;
        if let Some(augment) = &self.augment {
            (augment.check()).map_err(|e| Problem::new(format!("augment.{}", e.key), e.message))?;
        }
        self.check_normalize()?;
        if let Some(transfer) = &self.transfer {
            self.check_network()?;
            transfer.check()?;
            self.check_augmented_passes(transfer)?;
        }
        Ok(())
    }

    /// Data sets given by a path may have validation images of their own.
    fn check_stop_rule(&self) -> Result<(), Problem> {
        let without = self.data.valid_fraction == 0.0 && !self.data.is_given_by_path();
        match &self.training.stop {
            Some(stop) if stop.metric.needs_validation() && without => {
                let message = format!(
                    "{} needs validation images, but data.valid_fraction is 0",
                    stop.metric.name()
                );
                Err(Problem::new("training.stop", message).or_at("data.valid_fraction"))
            }
            _ => Ok(()),
        }
    }

    fn check_normalize(&self) -> Result<(), Problem> {
        let pretrained = self.data.normalize == Normalize::Pretrained;
        if pretrained && self.model.published().is_none() {
            let message = format!(
                "\"pretrained\" is known for networks that are published with weights, received model.name = \"{}\"; set normalize = \"unit\" or \"standard\"",
                self.model.name()
            );
            return Err(Problem::new("data.normalize", message).or_at("model.name"));
        }
        Ok(())
    }

    fn check_network(&self) -> Result<(), Problem> {
        if self.model.published().is_some() {
            return Ok(());
        }
        let message = format!(
            "only networks with features and a head can be transferred, such as mobilenet_v1 or resnet18, received model.name = \"{}\"; choose one, or remove [transfer]",
            self.model.name()
        );
        Err(Problem::new("transfer", message).or_at("model.name"))
    }

    /// In mode `features` an image is augmented once per additional pass instead of once per epoch,
    /// and its features are kept with one label.
    fn check_augmented_passes(&self, transfer: &TransferConfig) -> Result<(), Problem> {
        let passes = transfer.augmented_passes;
        let Some(augment) = &self.augment else {
            return match passes {
                0 => Ok(()),
                _ => Err(Problem::new(
                    "transfer.augmented_passes",
                    "[augment] must say what is done to the images, e.g. augment.horizontal_flip = 0.5; add it, or remove augmented_passes",
                )),
            };
        };
        if transfer.mode != TransferMode::Features {
            return Ok(());
        }
        if passes == 0 {
            let message = "mode = \"features\" computes features once; set transfer.augmented_passes to the number of additional passes, or remove [augment]";
            return Err(Problem::new("augment", message).or_at("transfer.mode"));
        }
        if augment.mixes() {
            let key = match augment.mixup > 0.0 {
                true => "augment.mixup",
                false => "augment.cutmix",
            };
            let message = "mode = \"features\" keeps features of single images; remove it, or set transfer.mode = \"finetune\"";
            return Err(Problem::new(key, message).or_at("transfer.mode"));
        }
        Ok(())
    }
}
