//! Layers one after the other, with names.

use burn::module::Module;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::fusion::forward;
use super::kind::LayerKind;

/// A type that holds a layer of any kind.
pub trait AsLayerKind {
    fn as_kind(&self) -> &dyn LayerKind;
}

/// Layers one after the other. `B` holds a layer of any kind; it is a parameter because residual
/// blocks contain chains themselves.
#[derive(Module, Debug)]
pub struct Chain<B: Module> {
    blocks: Vec<B>,
    #[module(skip)]
    names: Vec<String>,
}

impl<B: Module> Chain<B> {
    pub fn new() -> Self {
        Self {
            blocks: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Puts a layer at the end.
    pub fn push(&mut self, name: impl Into<String>, layer: impl Into<B>) {
        self.names.push(name.into());
        self.blocks.push(layer.into());
    }

    /// Puts the layers of `other` at the end.
    pub fn append(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        self.names.extend(other.names);
    }

    /// Removes all layers but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.blocks.truncate(count);
        self.names.truncate(count);
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Names and blocks, in the order the data passes them.
    pub fn blocks(&self) -> impl DoubleEndedIterator<Item = (&str, &B)> {
        self.names.iter().map(String::as_str).zip(&self.blocks)
    }
}

impl<B: Module + AsLayerKind> Chain<B> {
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&str, &dyn LayerKind)> {
        self.blocks().map(|(name, block)| (name, block.as_kind()))
    }

    /// Applies all layers.
    pub(super) fn forward(&self, input: Features) -> Features {
        let layers: Vec<&dyn LayerKind> = self.kinds().map(|(_, layer)| layer).collect();
        forward(&layers, input)
    }

    /// The shape after all layers.
    ///
    /// # Errors
    /// The name of the first layer that does not fit, and why it does not.
    pub(super) fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        self.kinds().try_fold(input, |shape, (name, layer)| {
            let inside = |error| ShapeError::Inside(name.to_string(), Box::new(error));
            layer.output_shape(shape).map_err(inside)
        })
    }
}

impl<B: Module> Default for Chain<B> {
    fn default() -> Self {
        Self::new()
    }
}
