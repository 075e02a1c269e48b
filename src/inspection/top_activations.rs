use std::slice::from_ref;

use burn::tensor::Device;
use image::RgbImage;

use super::error::InspectionError;
use super::tensor::{BATCH, to_vec};
use crate::batching::ImageBatch;
use crate::data::Split;
use crate::drawing::{Tile, photo, rows};
use crate::models::{Features, Network, forward};

/// Longer side of an image, in pixels.
const SIDE: usize = 56;
/// Filters of a layer that are looked at: the first ones.
const FILTERS: usize = 16;
/// Images kept for each filter.
const IMAGES: usize = 6;

/// The images that the filters of a convolution respond to most.
#[derive(Debug, Clone, PartialEq)]
pub struct TopActivations {
    pub layer: String,
    /// For each filter its largest activation in an image and the index of that image, the largest
    /// activation first.
    pub filters: Vec<Vec<(f32, usize)>>,
}

/// For each convolution after the first, the images among the first `images` of `split` with the
/// largest activations of its first 16 filters (Zeiler and Fergus 2014, arXiv 1311.2901, figure 2).
///
/// # Errors
/// An image can no longer be read, or the device failed.
pub fn top_activations(
    network: &Network,
    split: &Split,
    images: usize,
    device: &Device,
) -> Result<Vec<TopActivations>, InspectionError> {
    let layers = network.layers();
    let convolutions = (layers.iter().enumerate()).filter(|(_, (_, l))| l.kind() == "conv");
    let mut found: Vec<(usize, TopActivations)> = convolutions
        .skip(1)
        .map(|(number, (name, _))| {
            let top = TopActivations {
                layer: name.to_string(),
                filters: Vec::new(),
            };
            (number, top)
        })
        .collect();
    let Some(&(last, _)) = found.last() else {
        return Ok(Vec::new());
    };
    let indices: Vec<usize> = (0..split.len().min(images)).collect();
    for indices in indices.chunks(BATCH) {
        let mut features = Features::Maps(ImageBatch::read(split, indices, device)?.images);
        for (number, layer) in layers.iter().enumerate().take(last + 1) {
            features = forward(from_ref(layer), features);
            let convolution = found.iter_mut().find(|(at, _)| *at == number);
            if let (Some((_, top)), Features::Maps(maps)) = (convolution, &features) {
                let [_, channels, ..] = maps.dims();
                let largest = to_vec(maps.clone().flatten::<3>(2, 3).max_dim(2))?;
                top.add(channels, &largest, indices);
            }
        }
    }
    Ok(found.into_iter().map(|(_, top)| top).collect())
}

impl TopActivations {
    /// `activations`: the largest of each channel, `[images, channels]`
    fn add(&mut self, channels: usize, activations: &[f32], indices: &[usize]) {
        self.filters.resize(channels.min(FILTERS), Vec::new());
        for (activations, &index) in activations.chunks(channels).zip(indices) {
            for (top, &activation) in self.filters.iter_mut().zip(activations) {
                top.push((activation, index));
                top.sort_by(|a, b| b.0.total_cmp(&a.0));
                top.truncate(IMAGES);
            }
        }
    }

    /// A row for each filter: its images with their activations below.
    ///
    /// # Errors
    /// An image can no longer be read.
    pub fn picture(&self, split: &Split) -> Result<RgbImage, InspectionError> {
        let shape = split.shape();
        let mut lines = Vec::new();
        for (filter, images) in self.filters.iter().enumerate() {
            let mut tiles = Vec::new();
            for &(activation, index) in images {
                let mut pixels = vec![0; shape.len()];
                split.read(index, &mut pixels)?;
                tiles.push(Tile {
                    picture: photo(&pixels, shape.channels, shape.width, SIDE),
                    caption: format!("{activation:.1}"),
                });
            }
            lines.push((vec![format!("filter {filter}")], tiles));
        }
        let title = format!(
            "{}: the images with each filter's largest activations",
            self.layer
        );
        Ok(rows(&title, &lines))
    }
}
