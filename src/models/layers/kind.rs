//! What the program needs to know of a layer, whatever its kind.

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::super::window::SlidingWindow;
use super::epilogue::{Epilogue, NextLayers};
use super::tensors::TensorName;

/// A kind of layer: shapes, costs, and the forward pass.
pub trait LayerKind {
    /// The name of the kind, as in a list of layers: `conv`.
    fn kind(&self) -> &'static str;

    /// The shape this layer makes of `input`.
    ///
    /// # Errors
    /// [`ShapeError`] when the layer cannot take `input`.
    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError>;

    /// Applies the layer, and with it as many of the `next` layers as its kernel computes along.
    ///
    /// `input` must have a shape that [`output_shape`](Self::output_shape) accepts; networks check
    /// that once, when they are built.
    fn forward(&self, input: Features, next: &mut NextLayers) -> Features;

    /// How the kernel of the layer right before can compute this one along, if at all.
    fn epilogue(&self) -> Option<Epilogue<'_>> {
        None
    }

    /// Trainable parameters; batch norm's running statistics are not among them.
    fn parameters(&self) -> usize {
        0
    }

    /// Multiply-adds for one image of shape `input`, counted for convolutions and dense layers.
    fn multiply_adds(&self, _input: FeatureShape) -> usize {
        0
    }

    /// The sliding windows of the layer, in the order that the data passes them.
    fn windows(&self) -> Vec<SlidingWindow> {
        Vec::new()
    }

    /// Whether each output value depends on all of the input.
    fn is_global(&self) -> bool {
        false
    }

    /// The names of the layer's tensors in files, in the order of its fields.
    fn tensors(&self) -> &'static [TensorName] {
        &[]
    }
}
