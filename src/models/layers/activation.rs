//! Activation functions, applied to each value.

use burn::module::Module;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::epilogue::{Epilogue, NextLayers};
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tokens::Tokens;
use kernels::Activation;

/// An activation as a layer.
#[derive(Module, Debug)]
pub struct ActivationLayer {
    #[module(skip)]
    pub function: Activation,
}

impl ActivationLayer {
    pub const RELU: Self = Self::new(Activation::Relu);

    pub const fn new(function: Activation) -> Self {
        Self { function }
    }
}

impl LayerKind for ActivationLayer {
    fn kind(&self) -> &'static str {
        name(self.function)
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        Ok(input)
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        match input {
            Features::Maps(maps) => Features::Maps(kernels::activate(maps, self.function)),
            Features::Vector(vector) => Features::Vector(kernels::activate(vector, self.function)),
        }
    }

    fn epilogue(&self) -> Option<Epilogue<'_>> {
        Some(Epilogue::Activation(self.function))
    }
}

const fn name(function: Activation) -> &'static str {
    match function {
        Activation::Relu => "relu",
        Activation::Relu6 => "relu6",
        Activation::Tanh => "tanh",
    }
}

/// The names of activation functions in lists of layers.
pub const NAMES: &[&str] = &[name(Activation::Relu), name(Activation::Tanh)];

/// The activation function that lists of layers call `word`.
pub fn named(word: &str) -> Option<Activation> {
    let listed = [Activation::Relu, Activation::Tanh];
    listed.into_iter().find(|function| name(*function) == word)
}

impl ParseLayer for ActivationLayer {
    const NAMES: &'static [&'static str] = NAMES;
    const EXAMPLE: &'static str = "relu";

    fn parse(name: &str, _words: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        let function = named(name).ok_or(format!("there is no activation \"{name}\""))?;
        Ok(LayerSpec::new(move |_, _| Ok(Self::new(function))))
    }
}
