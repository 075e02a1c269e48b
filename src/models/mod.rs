//! The networks: one file each, registered below; help, `models`, configuration and tests derive
//! from the registry.
//!
//! A network is a Burn module that names its [layers](Network::layers) in order. Forward pass,
//! summary and inspection all walk that list.

mod assemble;
pub mod backbone;
pub mod block;
mod dense;
mod fusion;
mod init;
mod layer;
mod layout;
mod lenet5;
mod sequential;
mod spec;
mod summary;
mod two_conv;
mod weights;

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::pixels::ImageShape;

pub use backbone::{Architecture, Backbone, BackboneConfig, Head};
pub use fusion::forward;
pub use init::{ConvSpec, Initialization, LayerBuilder};
pub use kernels::Activation;
pub use layer::{FeatureShape, Features, Layer, ShapeError, shape_after};
pub use spec::EXAMPLE as EXAMPLE_LAYERS;
pub use summary::{Summary, SummaryRow};
pub use weights::{Loaded, Wanted, WeightsError};

/// The layers of a network in the order the data passes them.
pub type NamedLayers<'a> = Vec<(&'a str, Layer<'a>)>;

/// A registered network: what `models` lists.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// `[model] name = "..."`
    pub name: &'static str,
    pub summary: &'static str,
    /// Where the network comes from.
    pub source: &'static str,
    /// Named settings for `[model] preset = "..."`, as TOML.
    pub presets: &'static [(&'static str, &'static str)],
    /// Of a network that is published with weights.
    pub architecture: Option<&'static Architecture>,
}

/// Declares the networks; a new one is its file and one entry here.
macro_rules! registry {
    (own { $($variant:ident($file:ident, $config:ident), $name:literal, $summary:literal,
       $source:literal, presets $presets:expr;)+ }
     published { $($published:ident($architecture:ident), $published_name:literal;)+ }) => {
        /// A network with its weights.
        // Few are made, and a box would stand in the way of Burn's derived traversal.
        #[allow(clippy::large_enum_variant)]
        #[derive(Module, Debug)]
        pub enum Network {
            $($variant($file::$variant),)+
            Backbone(Backbone),
        }

        /// `[model]`: a network's name and settings.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "name")]
        pub enum NetworkConfig {
            $(#[serde(rename = $name)] $variant($file::$config),)+
            $(#[serde(rename = $published_name)] $published(BackboneConfig),)+
        }

        /// All networks, in the order of the course.
        pub const REGISTRY: &[Entry] = &[
            $(Entry {
                name: $name, summary: $summary, source: $source, presets: $presets,
                architecture: None,
            },)+
            $(Entry {
                name: $published_name,
                summary: backbone::$architecture.summary,
                source: backbone::$architecture.paper,
                presets: &[],
                architecture: Some(&backbone::$architecture),
            },)+
        ];

        impl NetworkConfig {
            /// The name in the registry.
            pub fn name(&self) -> &'static str {
                match self {
                    $(NetworkConfig::$variant(_) => $name,)+
                    $(NetworkConfig::$published(_) => $published_name,)+
                }
            }

            /// Architecture and settings of a network that is published with weights.
            pub fn published(&self) -> Option<(&'static Architecture, &BackboneConfig)> {
                match self {
                    $(NetworkConfig::$published(config) => {
                        Some((&backbone::$architecture, config))
                    })+
                    _ => None,
                }
            }

            /// Settings of a network that is published with weights.
            pub fn published_mut(&mut self) -> Option<&mut BackboneConfig> {
                match self {
                    $(NetworkConfig::$published(config) => Some(config),)+
                    _ => None,
                }
            }

            fn check_settings(&self) -> Result<(), BuildError> {
                match self {
                    $(NetworkConfig::$variant(config) => config.check(),)+
                    $(NetworkConfig::$published(config) => config.check(&backbone::$architecture),)+
                }
            }

            fn build_network(&self, build: &mut Build) -> Result<Network, BuildError> {
                match self {
                    $(NetworkConfig::$variant(config) => {
                        config.build(build).map(Network::$variant)
                    })+
                    $(NetworkConfig::$published(config) => {
                        config.build(&backbone::$architecture, build).map(Network::Backbone)
                    })+
                }
            }
        }

        impl Network {
            /// The layers in the order the data passes them.
            pub fn layers(&self) -> NamedLayers<'_> {
                match self {
                    $(Network::$variant(network) => network.layers(),)+
                    Network::Backbone(network) => network.layers(),
                }
            }
        }
    };
}

registry! {
    own {
        Dense(dense, DenseConfig), "dense",
            "784-128-10 with ReLU: the course's first network, no convolution",
            "the course, lesson 1",
            presets &[];
        LeNet5(lenet5, LeNet5Config), "lenet5",
            "two 5x5 convolutions with pooling, three dense layers",
            "LeCun et al. 1998, Gradient-based learning applied to document recognition",
            presets &[
                ("classic", "activation = \"tanh\"\npooling = \"average\""),
                ("modern", "activation = \"relu\"\npooling = \"max\""),
            ];
        TwoConv(two_conv, TwoConvConfig), "two-conv",
            "two 3x3 convolutions with 2x2 max pooling, dense 128",
            "the course, lesson 1",
            presets &[
                ("64-64-valid", "conv_channels = [64, 64]\npadding = \"valid\""),
                ("32-64-same", "conv_channels = [32, 64]\npadding = \"same\""),
            ];
        Sequential(sequential, SequentialConfig), "sequential",
            "your own list of layers, written in the configuration",
            "yours",
            presets &[];
    }
    published {
        Vgg16(VGG16), "vgg16";
        Vgg16Bn(VGG16_BN), "vgg16_bn";
        Vgg19(VGG19), "vgg19";
        Vgg19Bn(VGG19_BN), "vgg19_bn";
        ResNet18(RESNET18), "resnet18";
        ResNet34(RESNET34), "resnet34";
        ResNet50(RESNET50), "resnet50";
        ResNet101(RESNET101), "resnet101";
        ResNet152(RESNET152), "resnet152";
        ResNet20(RESNET20), "resnet20";
        ResNet32(RESNET32), "resnet32";
        ResNet44(RESNET44), "resnet44";
        ResNet56(RESNET56), "resnet56";
        ResNet110(RESNET110), "resnet110";
        MobileNetV1(MOBILENET_V1), "mobilenet_v1";
        MobileNetV2(MOBILENET_V2), "mobilenet_v2";
    }
}

impl Default for NetworkConfig {
    fn default() -> Self {
        NetworkConfig::TwoConv(two_conv::TwoConvConfig::default())
    }
}

/// What a network is built for and with.
pub struct Build<'a> {
    pub input: ImageShape,
    pub classes: usize,
    pub layers: LayerBuilder<'a>,
}

/// Why a network cannot be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("layer {layer} of the network does not fit")]
    Shape {
        layer: String,
        source: Box<ShapeError>,
    },
    #[error(
        "images of {received} are too small for this network: nothing is left of them at layer {layer}; it was made for {made_for}, so set data.height and data.width, or cut it before that layer with model.cut"
    )]
    SmallImages {
        received: ImageShape,
        layer: String,
        made_for: ImageShape,
    },
    #[error("model.{key} = {value} is out of range: {expected}")]
    OutOfRange {
        key: &'static str,
        value: String,
        expected: &'static str,
    },
    #[error(
        "model.{key} = \"{name}\": there is no such layer{hint}; the last one is \"{last}\", and `convlab models NAME` lists all"
    )]
    NoLayer {
        key: &'static str,
        name: String,
        hint: String,
        last: String,
    },
    #[error("model.{key}[{index}] = \"{text}\": {reason}")]
    LayerText {
        /// `layers` or `head`
        key: &'static str,
        index: usize,
        text: String,
        reason: String,
    },
    #[error(
        "model.layers is empty; write the layers in order, e.g. {}",
        spec::EXAMPLE
    )]
    NoLayers,
    #[error(
        "a layer would have {} weights, more than the {} a whole network may have; use fewer units or channels, or pool before the dense layer",
        .0.iter().map(usize::to_string).collect::<Vec<_>>().join(" x "),
        init::MOST_WEIGHTS
    )]
    TooManyWeights(Vec<usize>),
    #[error(
        "the network ends with {received} values, but the data has {classes} classes; end it with \"dense classes\" (or global average pooling over {classes} channels)"
    )]
    Output {
        received: FeatureShape,
        classes: usize,
    },
}

impl From<(String, Box<ShapeError>)> for BuildError {
    fn from((layer, source): (String, Box<ShapeError>)) -> Self {
        BuildError::Shape { layer, source }
    }
}

impl NetworkConfig {
    /// Checks the settings as far as that is possible without knowing the images.
    ///
    /// # Errors
    /// The key below `[model]` at fault, e.g. `hidden` or `layers[2]`, and what was expected.
    pub fn check(&self) -> Result<(), (String, String)> {
        self.check_settings().map_err(|error| match error {
            BuildError::OutOfRange {
                key,
                value,
                expected,
            } => (key.into(), format!("expected {expected}, received {value}")),
            BuildError::LayerText {
                key,
                index,
                text,
                reason,
            } => (format!("{key}[{index}]"), format!("\"{text}\": {reason}")),
            BuildError::NoLayers => (
                "layers".into(),
                format!("write the layers in order, e.g. {}", spec::EXAMPLE),
            ),
            other => ("name".into(), other.to_string()),
        })
    }

    /// Builds the network with fresh weights on `device`, for images of `input` and `classes`.
    ///
    /// One seed gives the same weights on every backend.
    ///
    /// # Errors
    /// [`BuildError`] names the layer or setting that does not fit.
    pub fn build(
        &self,
        input: ImageShape,
        classes: usize,
        initialization: Initialization,
        seed: u64,
        device: &Device,
    ) -> Result<Network, BuildError> {
        let layers = LayerBuilder::new(seed, initialization, device);
        let network = self.build_network(&mut Build {
            input,
            classes,
            layers,
        })?;
        match shape_after(network.layers(), input)? {
            FeatureShape::Vector([outputs]) if outputs == classes => Ok(network),
            received => Err(BuildError::Output { received, classes }),
        }
    }
}

impl Network {
    /// Trainable parameters; batch norm's running statistics are not among them.
    pub fn parameters(&self) -> usize {
        (self.layers().iter())
            .map(|(_, layer)| layer.parameters())
            .sum()
    }

    /// Class scores before softmax.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`, values in `[0, 1]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        match fusion::forward(&self.layers(), Features::Maps(images)) {
            Features::Vector(logits) => logits,
            Features::Maps(maps) => maps.flatten(1, 3),
        }
    }
}

/// `valid` or `same`, as Keras names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaddingMode {
    Valid,
    Same,
}

/// How a pooling window is summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    Average,
    Max,
}

fn max_pool(size: usize, stride: usize) -> MaxPool2d {
    MaxPool2dConfig::new([size; 2])
        .with_strides([stride; 2])
        .with_padding(PaddingConfig2d::Valid)
        .init()
}

fn average_pool(size: usize, stride: usize) -> AvgPool2d {
    AvgPool2dConfig::new([size; 2])
        .with_strides([stride; 2])
        .init()
}

fn input_len(build: &Build) -> usize {
    FeatureShape::from(build.input).len()
}

fn positive(key: &'static str, value: usize) -> Result<(), BuildError> {
    match value {
        1..=65_536 => Ok(()),
        _ => Err(BuildError::OutOfRange {
            key,
            value: value.to_string(),
            expected: "a whole number from 1 to 65536",
        }),
    }
}

fn dropout_rate(key: &'static str, value: f64) -> Result<(), BuildError> {
    match (0.0..1.0).contains(&value) {
        true => Ok(()),
        false => Err(BuildError::OutOfRange {
            key,
            value: value.to_string(),
            expected: "at least 0 and less than 1",
        }),
    }
}

#[cfg(test)]
mod tests;
