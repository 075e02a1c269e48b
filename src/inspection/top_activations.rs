use burn::tensor::Device;
use image::RgbImage;

use super::activity::read;
use super::canvas::{Tile, map, photo, rows};
use super::{BATCH, InspectionError};
use crate::batching::ImageBatch;
use crate::data::Split;
use crate::models::{Features, Layer, Network};

const SIDE: usize = 56;
const PER_ROW: usize = 8;
/// Filters of a layer that are looked at.
const FILTERS: usize = 16;
/// Images shown of each.
const IMAGES: usize = 6;

/// The kernels of the first convolution, each on its own scale; of colours, the mean. `None`
/// where there is no convolution. With a `title`, the picture explains itself.
///
/// # Errors
/// The device failed.
pub fn first_kernels(network: &Network, title: bool) -> Result<Option<RgbImage>, InspectionError> {
    let layers = network.layers();
    let first = layers.iter().find_map(|(name, layer)| match layer {
        Layer::Conv(conv) => Some((*name, *conv)),
        _ => None,
    });
    let Some((name, conv)) = first else {
        return Ok(None);
    };
    let [filters, channels, height, width] = conv.weight.dims();
    let weights = read(conv.weight.val())?;
    let area = height * width;
    let kernels: Vec<Vec<f32>> = (weights.chunks(channels * area))
        .map(|filter| {
            let mean = |at: usize| {
                let values = filter.iter().skip(at).step_by(area);
                values.sum::<f32>() / channels as f32
            };
            (0..area).map(mean).collect()
        })
        .collect();
    let numbered: Vec<(usize, &Vec<f32>)> = kernels.iter().enumerate().collect();
    let lines: Vec<(Vec<String>, Vec<Tile>)> = (numbered.chunks(PER_ROW))
        .map(|kernels| {
            let tiles = kernels.iter().map(|(number, kernel)| {
                // Zero is the middle of the colours.
                let most = kernel
                    .iter()
                    .fold(0f32, |most, value| most.max(value.abs()));
                Tile {
                    picture: map(kernel, width, [-most, most], SIDE),
                    caption: number.to_string(),
                }
            });
            (Vec::new(), tiles.collect())
        })
        .collect();
    let title = match title {
        true => {
            format!("{name}: {filters} kernels {channels}x{height}x{width}, zero is green-blue")
        }
        false => String::new(),
    };
    Ok(Some(rows(&title, &lines)))
}

/// The images that the filters of a convolution answer to most.
#[derive(Debug, Clone, PartialEq)]
pub struct Favourites {
    pub layer: String,
    /// Of each filter: its largest answer to an image and the image's index, the largest first.
    pub filters: Vec<Vec<(f32, usize)>>,
}

/// For each convolution after the first, what its first 16 filters answer to most among the first
/// `images` of `split` (Zeiler and Fergus 2014, arXiv 1311.2901, figure 2).
///
/// # Errors
/// An image can no longer be read, or the device failed.
pub fn favourites(
    network: &Network,
    split: &Split,
    images: usize,
    device: &Device,
) -> Result<Vec<Favourites>, InspectionError> {
    let layers = network.layers();
    let later = (layers.iter().enumerate())
        .filter(|(_, (_, layer))| matches!(layer, Layer::Conv(_)))
        .skip(1);
    let mut found: Vec<(usize, Favourites)> = later
        .map(|(number, (name, _))| {
            let favourites = Favourites {
                layer: name.to_string(),
                filters: Vec::new(),
            };
            (number, favourites)
        })
        .collect();
    let Some(&(last, _)) = found.last() else {
        return Ok(Vec::new());
    };
    let indices: Vec<usize> = (0..split.len().min(images)).collect();
    for indices in indices.chunks(BATCH) {
        let mut features = Features::Maps(ImageBatch::read(split, indices, device)?.images);
        for (number, (_, layer)) in layers.iter().enumerate().take(last + 1) {
            features = layer.forward(features);
            let convolution = found.iter_mut().find(|(at, _)| *at == number);
            if let (Some((_, favourites)), Features::Maps(maps)) = (convolution, &features) {
                let [_, channels, ..] = maps.dims();
                let answers = read(maps.clone().flatten::<3>(2, 3).max_dim(2))?;
                favourites.add(channels, &answers, indices);
            }
        }
    }
    Ok(found
        .into_iter()
        .map(|(_, favourites)| favourites)
        .collect())
}

impl Favourites {
    /// `answers`: `[image][channel]`
    fn add(&mut self, channels: usize, answers: &[f32], indices: &[usize]) {
        self.filters.resize(channels.min(FILTERS), Vec::new());
        for (answers, &index) in answers.chunks(channels).zip(indices) {
            for (best, &answer) in self.filters.iter_mut().zip(answers) {
                best.push((answer, index));
                best.sort_by(|a, b| b.0.total_cmp(&a.0));
                best.truncate(IMAGES);
            }
        }
    }

    /// A row for each filter, its images with their answers.
    ///
    /// # Errors
    /// An image can no longer be read.
    pub fn picture(&self, split: &Split) -> Result<RgbImage, InspectionError> {
        let shape = split.shape();
        let mut lines = Vec::new();
        for (filter, images) in self.filters.iter().enumerate() {
            let mut tiles = Vec::new();
            for &(answer, index) in images {
                let mut pixels = vec![0; shape.len()];
                split.read(index, &mut pixels)?;
                tiles.push(Tile {
                    picture: photo(&pixels, shape.channels, shape.width, SIDE),
                    caption: format!("{answer:.1}"),
                });
            }
            lines.push((vec![format!("filter {filter}")], tiles));
        }
        let title = format!("{}: the images each filter answers to most", self.layer);
        Ok(rows(&title, &lines))
    }
}
