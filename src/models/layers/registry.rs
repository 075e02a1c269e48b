//! The kinds of layers: one line each, from which everything else derives.

use std::ops::Deref;

use burn::module::{Module, ModuleVisitor};
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d};
use burn::nn::{BatchNorm, Dropout, Linear};
use kernels::Activation;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::activation::ActivationLayer;
use super::chain::{self, AsLayerKind};
use super::epilogue::NextLayers;
use super::flatten::Flatten;
use super::fusion;
use super::global_average_pool::GlobalAveragePool;
use super::kind::LayerKind;
use super::residual;
use super::spec::LayerParser;
use super::subsample::Subsample;

/// Declares the kinds of layers: those that the configuration's lists of layers can hold, and those
/// that only published networks use. A new kind is its file and one line here.
macro_rules! registry {
    (configurable { $($configurable:ident($configurable_type:ty);)+ }
     internal { $($internal:ident($internal_type:ty);)+ }) => {
        /// A layer of a network, borrowed from the module that owns its weights.
        #[derive(Clone, Copy)]
        pub enum Layer<'a> {
            $($configurable(&'a $configurable_type),)+
            $($internal(&'a $internal_type),)+
        }

        /// A layer that owns its weights.
        #[derive(Module, Debug)]
        pub enum Block {
            $($configurable($configurable_type),)+
            $($internal($internal_type),)+
        }

        impl<'a> Layer<'a> {
            fn as_kind(self) -> &'a dyn LayerKind {
                match self {
                    $(Layer::$configurable(layer) => layer,)+
                    $(Layer::$internal(layer) => layer,)+
                }
            }

            /// Visits the layer's parameters, running statistics and flags.
            pub fn visit(&self, visitor: &mut impl ModuleVisitor) {
                match self {
                    $(Layer::$configurable(layer) => layer.visit(visitor),)+
                    $(Layer::$internal(layer) => layer.visit(visitor),)+
                }
            }
        }

        impl Block {
            pub fn as_layer(&self) -> Layer<'_> {
                match self {
                    $(Block::$configurable(layer) => Layer::$configurable(layer),)+
                    $(Block::$internal(layer) => Layer::$internal(layer),)+
                }
            }
        }

        $(impl From<$configurable_type> for Block {
            fn from(layer: $configurable_type) -> Self {
                Block::$configurable(layer)
            }
        })+

        $(impl From<$internal_type> for Block {
            fn from(layer: $internal_type) -> Self {
                Block::$internal(layer)
            }
        })+

        /// How lists of layers are read: one parser for each configurable kind.
        pub const PARSERS: &[LayerParser<Block>] = &[$(LayerParser::of::<$configurable_type>()),+];
    };
}

registry! {
    configurable {
        Conv(Conv2d);
        BatchNorm(BatchNorm);
        Activation(ActivationLayer);
        MaxPool(MaxPool2d);
        AveragePool(AvgPool2d);
        GlobalAveragePool(GlobalAveragePool);
        Flatten(Flatten);
        Dense(Linear);
        Dropout(Dropout);
    }
    internal {
        AdaptiveAveragePool(AdaptiveAvgPool2d);
        Subsample(Subsample);
        Residual(Residual);
    }
}

/// Layers one after the other, with names.
pub type Chain = chain::Chain<Block>;

/// Layers, and a shortcut around them.
pub type Residual = residual::Residual<Block>;

/// The layers of a network in the order the data passes them.
pub type NamedLayers<'a> = Vec<(&'a str, Layer<'a>)>;

impl<'a> Deref for Layer<'a> {
    type Target = dyn LayerKind + 'a;

    fn deref(&self) -> &Self::Target {
        self.as_kind()
    }
}

impl Layer<'_> {
    /// Applies the layer alone.
    ///
    /// `input` must have a shape that [`LayerKind::output_shape`] accepts.
    pub fn forward(&self, input: Features) -> Features {
        self.as_kind().forward(input, &mut NextLayers::none())
    }

    /// The chains of layers within the layer.
    pub fn chains(&self) -> Vec<&Chain> {
        match self {
            Layer::Residual(residual) => residual.chains().to_vec(),
            _ => Vec::new(),
        }
    }
}

impl AsLayerKind for Block {
    fn as_kind(&self) -> &dyn LayerKind {
        self.as_layer().as_kind()
    }
}

impl From<Activation> for Block {
    fn from(function: Activation) -> Self {
        Block::Activation(ActivationLayer::new(function))
    }
}

impl Chain {
    /// The layers in the order the data passes them.
    pub fn layers(&self) -> NamedLayers<'_> {
        let layers = self.blocks().map(|(name, block)| (name, block.as_layer()));
        layers.collect()
    }
}

/// Applies `layers` in order, neighbours fused where one kernel does the work of several.
///
/// `input` must have a shape that the first layer accepts, see [`LayerKind::output_shape`].
pub fn forward(layers: &[(&str, Layer)], input: Features) -> Features {
    let layers: Vec<&dyn LayerKind> = layers.iter().map(|(_, layer)| layer.as_kind()).collect();
    fusion::forward(&layers, input)
}

/// The shape after `layers`, starting from `input`.
///
/// # Errors
/// The name of the first layer that does not fit, and why it does not.
pub fn output_shape<'a>(
    layers: impl IntoIterator<Item = (&'a str, Layer<'a>)>,
    input: impl Into<FeatureShape>,
) -> Result<FeatureShape, (String, Box<ShapeError>)> {
    let mut layers = layers.into_iter();
    layers.try_fold(input.into(), |shape, (name, layer)| {
        (layer.output_shape(shape)).map_err(|error| (name.to_string(), Box::new(error)))
    })
}
