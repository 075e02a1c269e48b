use std::slice::from_ref;

use burn::tensor::{Device, Tensor, TensorData};

use super::error::InspectionError;
use super::tensor::to_vec;
use crate::data::{Normalization, Split};
use crate::models::{FeatureShape, Features, Network, forward};
use crate::pixels::ImageShape;

/// An image with a name to show beside it.
#[derive(Debug, Clone)]
pub struct NamedImage {
    pub name: String,
    /// `[channels, height, width]`
    pub pixels: Vec<u8>,
}

/// The output of one layer for one image.
#[derive(Debug, Clone)]
pub struct LayerActivations {
    pub layer: String,
    pub kind: &'static str,
    pub shape: FeatureShape,
    /// `[channels, height, width]` or `[features]`
    pub values: Vec<f32>,
}

/// An image and the output of every layer for it, in the order of the layers.
#[derive(Debug, Clone)]
pub struct Activations {
    pub image: NamedImage,
    pub input: ImageShape,
    pub layers: Vec<LayerActivations>,
}

impl Activations {
    /// Runs `network` on an image of the shape `input`, layer by layer.
    ///
    /// # Errors
    /// The device failed.
    pub fn new(
        network: &Network,
        image: NamedImage,
        input: ImageShape,
        normalization: &Normalization,
        device: &Device,
    ) -> Result<Self, InspectionError> {
        let mut values = vec![0f32; input.len()];
        normalization.tables().apply(&image.pixels, &mut values);
        let dims = [1, input.channels, input.height, input.width];
        let tensor = Tensor::<4>::from_data(TensorData::new(values, dims), device);
        Ok(Self {
            layers: layer_activations(network, tensor)?,
            image,
            input,
        })
    }
}

/// The output of each layer of `network` for a normalised image, `[1, channels, height, width]`.
///
/// # Errors
/// The device failed.
pub(super) fn layer_activations(
    network: &Network,
    image: Tensor<4>,
) -> Result<Vec<LayerActivations>, InspectionError> {
    let mut features = Features::Maps(image);
    let layers = network.layers();
    let outputs = layers.iter().map(|named| {
        features = forward(from_ref(named), features.clone());
        let (name, layer) = named;
        Ok(LayerActivations {
            layer: name.to_string(),
            kind: layer.kind(),
            shape: features.shape(),
            values: to_vec(features.clone().flatten())?,
        })
    });
    outputs.collect()
}

impl LayerActivations {
    /// One channel as its width and its values `[height, width]`; the last channel where there is no
    /// channel `filter`. A vector is laid out as near to a square as its length allows.
    pub fn plane(&self, filter: usize) -> (usize, &[f32]) {
        match self.shape {
            FeatureShape::Maps([channels, height, width]) => {
                let len = height * width;
                let start = filter.min(channels - 1) * len;
                (width, &self.values[start..start + len])
            }
            FeatureShape::Vector([features]) => {
                let root = (features as f64).sqrt() as usize;
                let mut sides = (1..=root.max(1)).rev();
                let divides = |side: &usize| features.is_multiple_of(*side);
                let height = sides.find(divides).unwrap_or(1);
                (features / height, &self.values)
            }
        }
    }

    /// The smallest and the largest value of a channel.
    pub(super) fn range(&self, filter: usize) -> [f32; 2] {
        let start = [f32::INFINITY, f32::NEG_INFINITY];
        (self.plane(filter).1.iter()).fold(start, |[low, high], &value| {
            [low.min(value), high.max(value)]
        })
    }
}

/// The first images of `split` that share the first image's class, at most `count`.
pub fn first_of_one_class(split: &Split, count: usize) -> Vec<usize> {
    let same_class = |&index: &usize| split.label(index) == split.label(0);
    (0..split.len()).filter(same_class).take(count).collect()
}
