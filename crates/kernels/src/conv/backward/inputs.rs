//! What all images of a backward pass share.

use std::borrow::Cow;

use super::method::Method;
use crate::conv::geometry::Geometry;
use crate::conv::panels::Panels;
use crate::conv::pooling::SavedImage;
use crate::host::View;

/// What all images of a backward pass share.
pub struct BackwardInputs<'a> {
    pub geometry: &'a Geometry,
    pub images: &'a View<'a>,
    /// Of the loss with respect to the output.
    pub gradient: &'a View<'a>,
    /// `[batch, rows, width, channels]`; empty where no activation comes last.
    pub output: Cow<'a, [f32]>,
    /// Of max pooling, `[batch, rows, width, channels]`.
    pub argmax: Option<&'a [u8]>,
    /// Of average pooling after an activation, `[batch, rows, width, channels]`.
    pub activated: Option<&'a [f32]>,
    /// See [`Method::panels`]; empty where the images need no gradient.
    pub weights: Vec<Panels>,
    /// Offset of each value under a kernel.
    pub taps: Vec<usize>,
    /// Distance between positions in channels-last buffers.
    pub stride: usize,
    pub method: Method,
    /// Whether the weights need a gradient.
    pub weight_gradient: bool,
}

impl BackwardInputs<'_> {
    /// What the forward pass saved of an image.
    pub fn saved(&self, image: usize) -> SavedImage<'_> {
        let g = self.geometry;
        let outputs = g.out_size[0] * g.out_size[1] * g.out_channels;
        let convolved = g.conv_size[0] * g.conv_size[1] * g.out_channels;
        SavedImage {
            output: self.output.get(image * outputs..).unwrap_or_default(),
            argmax: self.argmax.map(|argmax| &argmax[image * outputs..]),
            activated: (self.activated).map(|activated| &activated[image * convolved..]),
        }
    }
}
