//! The networks: one line each, from which help, `convlab models`, configuration and tests derive.

use burn::module::Module;
use schemars::{Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::backbone::{self, Backbone, BackboneConfig};
use super::dense::{Dense, DenseConfig};
use super::lenet5::{LeNet5, LeNet5Config};
use super::sequential::{Sequential, SequentialConfig};
use super::settings::{Entry, Layered, NetworkSettings};
use super::two_conv::{TwoConv, TwoConvConfig};

/// Declares the networks: `own` ones, and those that are `published` with weights. A new network is
/// its file and one entry here.
macro_rules! registry {
    (own { $($own:ident($config:ident), $name:literal, $summary:literal, $source:literal,
       presets $presets:expr;)+ }
     published { $($published:ident($architecture:ident), $published_name:literal;)+ }) => {
        /// A network with its weights.
        // Few exist at a time, and `Box` does not implement Burn's `Module`.
        #[allow(clippy::large_enum_variant)]
        #[derive(Module, Debug)]
        pub enum Network {
            $($own($own),)+
            Backbone(Backbone),
        }

        /// `[model]`: a network's name and settings.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "name")]
        pub enum NetworkConfig {
            $(#[serde(rename = $name)] $own($config),)+
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

        impl Network {
            pub(super) fn as_layered(&self) -> &dyn Layered {
                match self {
                    $(Network::$own(network) => network,)+
                    Network::Backbone(network) => network,
                }
            }
        }

        impl NetworkConfig {
            /// The name in the registry.
            pub fn name(&self) -> &'static str {
                match self {
                    $(NetworkConfig::$own(_) => $name,)+
                    $(NetworkConfig::$published(_) => $published_name,)+
                }
            }

            /// The settings of each network that is not published with weights, by its name.
            pub(super) fn own_schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
                vec![$(($name, generator.subschema_for::<$config>()),)+]
            }

            /// Reads the settings of the network `name`. Unlike `deserialize`, which has to keep the
            /// settings aside until it knows the name, this leaves the deserializer in charge, so
            /// that errors can tell the key.
            ///
            /// # Errors
            /// There is no such network or setting, or a value is of the wrong kind.
            pub fn read<'de, D: Deserializer<'de>>(
                name: &str,
                settings: D,
            ) -> Result<Self, D::Error> {
                const NAMES: &[&str] = &[$($name,)+ $($published_name,)+];
                match name {
                    $($name => $config::deserialize(settings).map(NetworkConfig::$own),)+
                    $($published_name => {
                        BackboneConfig::deserialize(settings).map(NetworkConfig::$published)
                    })+
                    _ => Err(de::Error::unknown_variant(name, NAMES)),
                }
            }

            pub(super) fn settings(&self) -> &dyn NetworkSettings<Network> {
                match self {
                    $(NetworkConfig::$own(config) => config,)+
                    $(NetworkConfig::$published(config) => config,)+
                }
            }

            pub(super) fn settings_mut(&mut self) -> &mut dyn NetworkSettings<Network> {
                match self {
                    $(NetworkConfig::$own(config) => config,)+
                    $(NetworkConfig::$published(config) => config,)+
                }
            }
        }

        $(impl From<$own> for Network {
            fn from(network: $own) -> Self {
                Network::$own(network)
            }
        })+
    };
}

registry! {
    own {
        Dense(DenseConfig), "dense",
            "784-128-10 with ReLU: the course's first network, no convolution",
            "the course, lesson 1",
            presets &[];
        LeNet5(LeNet5Config), "lenet5",
            "two 5x5 convolutions with pooling, three dense layers",
            "LeCun et al. 1998, Gradient-based learning applied to document recognition",
            presets &[
                ("classic", "activation = \"tanh\"\npooling = \"average\""),
                ("modern", "activation = \"relu\"\npooling = \"max\""),
            ];
        TwoConv(TwoConvConfig), "two-conv",
            "two 3x3 convolutions with 2x2 max pooling, dense 128",
            "the course, lesson 1",
            presets &[
                ("64-64-valid", "conv_channels = [64, 64]\npadding = \"valid\""),
                ("32-64-same", "conv_channels = [32, 64]\npadding = \"same\""),
            ];
        Sequential(SequentialConfig), "sequential",
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

impl From<Backbone> for Network {
    fn from(network: Backbone) -> Self {
        Network::Backbone(network)
    }
}

impl Default for NetworkConfig {
    fn default() -> Self {
        NetworkConfig::TwoConv(TwoConvConfig::default())
    }
}
