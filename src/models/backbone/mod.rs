//! Networks that are published with weights: features, and a head that tells classes by them.
//!
//! One file per family holds the paper's table; layers are named as in the published weights, so
//! that a name in a paper, in a weight file and in the configuration mean the same layer.

mod cifar_resnet;
mod head;
mod mobilenet_v1;
mod mobilenet_v2;
mod resnet;
mod vgg;

use burn::module::Module;
use serde::{Deserialize, Serialize};

use super::block::Chain;
use super::layer::{FeatureShape, Layer};
use super::{Build, BuildError, NamedLayers};
use crate::pixels::ImageShape;
use crate::text::did_you_mean;
use crate::weights::Published;

pub use cifar_resnet::{RESNET20, RESNET32, RESNET44, RESNET56, RESNET110};
pub use head::Head;
pub use mobilenet_v1::MOBILENET_V1;
pub use mobilenet_v2::MOBILENET_V2;
pub use resnet::{RESNET18, RESNET34, RESNET50, RESNET101, RESNET152};
pub use vgg::{VGG16, VGG16_BN, VGG19, VGG19_BN};

/// What is known about a network that comes with weights.
#[derive(Debug)]
pub struct Architecture {
    pub summary: &'static str,
    pub paper: &'static str,
    /// Terms of use of the published weights.
    pub licence: &'static str,
    /// The images that the published weights were trained on.
    pub input: ImageShape,
    /// Mean and deviation that images are normalised with for the published weights, of values in
    /// `[0, 1]`, for red, green and blue.
    pub normalization: [[f32; 3]; 2],
    /// Channels of the last features, at a width of 1.
    pub width: usize,
    /// Classes of the published weights.
    pub classes: usize,
    /// Trainable parameters with the published head, at a width of 1.
    pub parameters: usize,
    /// Whether `width` may be other than 1.
    pub scales: bool,
    pub weights: &'static [Published],
    /// The layers up to the last feature maps.
    features: fn(&BackboneConfig, &mut Build) -> Result<Chain, BuildError>,
    /// The published layers behind them.
    head: fn(&BackboneConfig, FeatureShape, &mut Build) -> Result<Chain, BuildError>,
}

/// Of the weights that torchvision publishes.
const IMAGENET: [[f32; 3]; 2] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
const TORCHVISION_LICENCE: &str = "BSD-3-Clause (torchvision); trained on ImageNet, whose terms \
                                   allow non-commercial research";

/// `[model]` of a network with features and a head.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackboneConfig {
    /// The last layer of the features that is kept, with the batch norm and activation behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
    /// The layers behind the features.
    pub head: Head,
    /// Factor of all numbers of channels; MobileNet only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// Weights to start from: a published name such as `imagenet`, a file, a run, or a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// SHA-256 of the file `weights`, 64 hexadecimal digits; needed for a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A network with features and a head.
#[derive(Module, Debug)]
pub struct Backbone {
    pub features: Chain,
    pub head: Chain,
}

impl BackboneConfig {
    /// # Errors
    /// `width`, `head` or `sha256` is out of range.
    pub fn check(&self, architecture: &Architecture) -> Result<(), BuildError> {
        if let Some(width) = self.width {
            let allowed = if architecture.scales {
                0.1..=2.0
            } else {
                1.0..=1.0
            };
            if !allowed.contains(&width) {
                return Err(BuildError::OutOfRange {
                    key: "width",
                    value: width.to_string(),
                    expected: match architecture.scales {
                        true => "a number from 0.1 to 2",
                        false => {
                            "no width, or 1: only mobilenet_v1 and mobilenet_v2 can be made wider or narrower"
                        }
                    },
                });
            }
        }
        if let (Some(sum), None) = (&self.sha256, &self.weights) {
            return Err(BuildError::OutOfRange {
                key: "sha256",
                value: format!("\"{sum}\""),
                expected: "model.weights beside it, the file that it is the checksum of",
            });
        }
        if let Some(sum) = &self.sha256
            && (sum.len() != 64 || !sum.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(BuildError::OutOfRange {
                key: "sha256",
                value: format!("\"{sum}\""),
                expected: "64 hexadecimal digits, as `sha256sum FILE` prints them",
            });
        }
        self.head.check(self.cut.is_some())
    }

    /// # Errors
    /// There is no layer `cut`, a layer of `head` does not fit, or the image is too small.
    pub fn build(
        &self,
        architecture: &Architecture,
        build: &mut Build,
    ) -> Result<Backbone, BuildError> {
        self.check(architecture)?;
        let mut features = (architecture.features)(self, build)?;
        if let Some(cut) = &self.cut {
            let kept = kept(&features.layers(), cut)?;
            features.truncate(kept);
        }
        let shape = features.shape_after(build.input);
        let shape = shape.map_err(|error| match error {
            BuildError::Shape { layer, source } if source.is_about_size() => {
                BuildError::SmallImages {
                    received: build.input,
                    layer,
                    made_for: architecture.input,
                }
            }
            error => error,
        })?;
        let head = match &self.head {
            Head::Own => (architecture.head)(self, shape, build)?,
            head => head.build(shape, build)?,
        };
        Ok(Backbone { features, head })
    }

    /// `channels` at the configured width, rounded down.
    fn scaled(&self, channels: usize) -> usize {
        ((channels as f64 * self.width.unwrap_or(1.0)) as usize).max(1)
    }
}

/// How many layers are kept where the last is `cut`: with it, the batch norm and activation behind.
fn kept(layers: &[(&str, Layer)], cut: &str) -> Result<usize, BuildError> {
    let names = || layers.iter().map(|(name, _)| *name);
    let Some(position) = names().position(|name| name == cut) else {
        return Err(BuildError::NoLayer {
            key: "cut",
            name: cut.to_string(),
            hint: did_you_mean(cut, names()),
            last: names().next_back().unwrap_or_default().to_string(),
        });
    };
    let behind = layers[position + 1..].iter();
    let belongs = |layer: &Layer| matches!(layer, Layer::BatchNorm(_) | Layer::Activation(_));
    Ok(position + 1 + behind.take_while(|(_, layer)| belongs(layer)).count())
}

impl Backbone {
    /// The head alone, for features that are there already.
    pub fn head_alone(&self) -> Backbone {
        Backbone {
            features: Chain::new(),
            head: self.head.clone(),
        }
    }

    /// The layers whose output is worth keeping: the features, and their mean over height and
    /// width where the head begins with it.
    pub fn kept_features(&self) -> NamedLayers<'_> {
        let mut layers = self.features.layers();
        let head = self.head.layers();
        let mean = |(_, layer): &&(&str, Layer)| matches!(layer, Layer::GlobalAveragePool);
        layers.extend(head.first().filter(mean));
        layers
    }

    pub fn layers(&self) -> NamedLayers<'_> {
        let mut layers = self.features.layers();
        layers.extend(self.head.layers());
        layers
    }
}

#[cfg(test)]
mod tests;
