use burn::tensor::Device;

use crate::batching::ImageBatch;
use crate::data::Split;
use crate::inspection::{InspectionError, to_vec};
use crate::models::{Features, Network, forward};

/// Images per forward pass.
const BATCH: usize = 64;

/// The features of images before the last layer that has weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    pub images: usize,
    /// Features of an image.
    pub width: usize,
    /// `[images, width]`
    pub values: Vec<f32>,
}

/// The inputs of the last dense layer or convolution for the first `images` of `split`, feature maps
/// averaged over their positions.
///
/// # Errors
/// An image can no longer be read, or the device failed.
pub fn embeddings(
    network: &Network,
    split: &Split,
    images: usize,
    device: &Device,
) -> Result<Embeddings, InspectionError> {
    let layers = network.layers();
    let last = layers
        .iter()
        .rposition(|(_, layer)| matches!(layer.kind(), "dense" | "conv"));
    let body = &layers[..last.unwrap_or(layers.len())];
    let indices: Vec<usize> = (0..split.len().min(images)).collect();
    let mut values = Vec::new();
    for indices in indices.chunks(BATCH) {
        let images = Features::Maps(ImageBatch::read(split, indices, device)?.images);
        let features = match forward(body, images) {
            Features::Vector(features) => features,
            Features::Maps(maps) => kernels::global_average_pool(maps),
        };
        values.extend(to_vec(features)?);
    }
    Ok(Embeddings {
        images: indices.len(),
        width: values.len() / indices.len().max(1),
        values,
    })
}
