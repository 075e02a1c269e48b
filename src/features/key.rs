//! What features depend on, and the name of the file that they are kept in.

use serde::Serialize;

use super::file::FORMAT;
use crate::augmentation::Augmentation;
use crate::data::{Normalization, Split};
use crate::experiment::Experiment;
use crate::fingerprint::Fingerprint;
use crate::models::{Backbone, Head, NamedLayers, NetworkConfig, WeightsError};
use crate::pixels::ImageShape;

/// Version of the computation. Raise it with every change after which equal keys would give other
/// features: of a layer, a kernel or the fusion of layers, of decoding or resizing, of augmentation
/// or its random numbers. Files of other versions are not found any more, and pruned in time.
const VERSION: u32 = 1;

/// What the features of all splits depend on besides the images.
#[derive(Debug, Clone, Serialize)]
pub struct FeatureConfig {
    /// SHA-256 of the weights of the features.
    pub weights: String,
    /// Without the head and without the source of the weights, which do not change the features.
    pub network: NetworkConfig,
    /// Backends round differently.
    pub backend: &'static str,
    /// Additional passes over the training images, each changed by `augmentation` as one epoch.
    pub augmented_passes: usize,
    pub augmentation: Option<Augmentation>,
}

impl FeatureConfig {
    /// For the features that `backbone`, the network of `experiment`, computes on `backend`.
    ///
    /// # Errors
    /// The device failed.
    pub fn new(
        experiment: &Experiment,
        backbone: &Backbone,
        backend: &'static str,
    ) -> Result<Self, WeightsError> {
        let mut network = experiment.model.clone();
        if let Some(settings) = network.published_mut() {
            (settings.weights, settings.sha256) = (None, None);
            settings.head = Head::default();
        }
        let transfer = experiment.transfer.as_ref();
        Ok(Self {
            weights: backbone.features_sha256()?,
            network,
            backend,
            augmented_passes: transfer.map_or(0, |transfer| transfer.augmented_passes),
            augmentation: experiment.augmentation(),
        })
    }
}

/// Everything that the features of one split depend on, and how they are written.
#[derive(Debug, Serialize)]
pub struct FeatureKey<'a> {
    format: &'static str,
    version: u32,
    config: FeatureConfig,
    /// Names of the layers; the first ones of the head may be among them.
    layers: Vec<&'a str>,
    /// Fingerprint of the data set.
    dataset: &'a str,
    split: &'a str,
    /// Of the split's images in the data set.
    positions: &'a [u32],
    shape: ImageShape,
    normalization: &'a Normalization,
}

impl<'a> FeatureKey<'a> {
    /// The key of the split `name` of the data set with the fingerprint `dataset`. Only training
    /// images are augmented; the features of the others do not depend on augmentation.
    pub fn new(
        config: &FeatureConfig,
        layers: &NamedLayers<'a>,
        dataset: &'a str,
        name: &'a str,
        split: &'a Split,
    ) -> Self {
        let mut config = config.clone();
        if name != "train" || config.augmented_passes == 0 {
            (config.augmented_passes, config.augmentation) = (0, None);
        }
        Self {
            format: FORMAT,
            version: VERSION,
            config,
            layers: layers.iter().map(|(name, _)| *name).collect(),
            dataset,
            split: name,
            positions: split.positions(),
            shape: split.shape(),
            normalization: split.normalization(),
        }
    }

    /// SHA-256 of the serialised key, 64 hexadecimal digits.
    ///
    /// # Errors
    /// The key cannot be serialised.
    pub fn file_name(&self) -> serde_json::Result<String> {
        let mut fingerprint = Fingerprint::new();
        fingerprint.bytes(&serde_json::to_vec(self)?);
        Ok(fingerprint.finish())
    }
}
