//! What is known about a network that is published with weights.

use super::super::build::Build;
use super::super::error::BuildError;
use super::super::layers::Chain;
use super::super::shape::FeatureShape;
use super::config::BackboneConfig;
use crate::pixels::ImageShape;
use crate::weights::Published;

/// What is known about a network that is published with weights.
#[derive(Debug)]
pub struct Architecture {
    pub summary: &'static str,
    pub paper: &'static str,
    /// Terms of use of the published weights.
    pub licence: &'static str,
    /// The images that the published weights were trained on.
    pub input: ImageShape,
    /// Mean and standard deviation of red, green and blue, in `[0, 1]`, by which images are
    /// normalised for the published weights.
    pub normalization: [[f32; 3]; 2],
    /// Channels of the last feature maps, at a width of 1.
    pub width: usize,
    /// Classes of the published weights.
    pub classes: usize,
    /// Trainable parameters with the published head, at a width of 1.
    pub parameters: usize,
    /// Whether `width` may be other than 1.
    pub scales: bool,
    pub weights: &'static [Published],
    /// Builds the layers up to the last feature maps.
    pub(super) features: fn(&BackboneConfig, &mut Build) -> Result<Chain, BuildError>,
    /// Builds the published head, for features of a shape.
    pub(super) head: fn(&BackboneConfig, FeatureShape, &mut Build) -> Result<Chain, BuildError>,
}

/// Normalisation of the weights that torchvision publishes.
pub(super) const IMAGENET: [[f32; 3]; 2] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];

pub(super) const TORCHVISION_LICENCE: &str = "BSD-3-Clause (torchvision); trained on ImageNet, whose terms \
                                   allow non-commercial research";
