use burn::tensor::{Device, Tensor};

use super::{BATCH, InspectionError};
use crate::batching::ImageBatch;
use crate::data::Split;
use crate::models::{Features, Layer, Network};

/// How a layer answers to many images.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerActivity {
    pub layer: String,
    pub kind: &'static str,
    /// Over all images, channels and places.
    pub mean: f64,
    pub deviation: f64,
    /// Share of values that are exactly zero.
    pub zeros: f64,
    /// Channels or units, counted from 0, with the same value at every place of every image: they
    /// tell later layers nothing. Empty for layers that only hand values on.
    pub dead: Vec<usize>,
}

/// Sums over images.
struct Tally {
    count: f64,
    sum: f64,
    squares: f64,
    zeros: f64,
    low: Vec<f32>,
    high: Vec<f32>,
}

/// How the layers of `network` answer to the first `images` of `split`.
///
/// # Errors
/// An image can no longer be read, or the device failed.
pub fn activity(
    network: &Network,
    split: &Split,
    images: usize,
    device: &Device,
) -> Result<Vec<LayerActivity>, InspectionError> {
    let layers = network.layers();
    let mut tallies: Vec<Option<Tally>> = layers.iter().map(|_| None).collect();
    let indices: Vec<usize> = (0..split.len().min(images)).collect();
    for indices in indices.chunks(BATCH) {
        let mut features = Features::Maps(ImageBatch::read(split, indices, device)?.images);
        for ((_, layer), tally) in layers.iter().zip(&mut tallies) {
            features = layer.forward(features);
            let (channels, values) = channels_apart(&features)?;
            tally
                .get_or_insert_with(|| Tally::new(channels))
                .add(&values);
        }
    }
    let answers = layers
        .iter()
        .zip(tallies)
        .filter_map(|((name, layer), tally)| {
            let tally = tally?;
            let mean = tally.sum / tally.count;
            let variance = (tally.squares / tally.count - mean * mean).max(0.0);
            let ranges = tally.low.iter().zip(&tally.high).enumerate();
            let hands_on = matches!(layer, Layer::Flatten | Layer::Dropout(_));
            Some(LayerActivity {
                layer: name.to_string(),
                kind: layer.kind(),
                mean,
                deviation: variance.sqrt(),
                zeros: tally.zeros / tally.count,
                dead: ranges
                    .filter(|(_, (low, high))| low == high && !hands_on)
                    .map(|(channel, _)| channel)
                    .collect(),
            })
        });
    Ok(answers.collect())
}

impl Tally {
    fn new(channels: usize) -> Self {
        Self {
            count: 0.0,
            sum: 0.0,
            squares: 0.0,
            zeros: 0.0,
            low: vec![f32::INFINITY; channels],
            high: vec![f32::NEG_INFINITY; channels],
        }
    }

    /// `values`: `[channel][image and place]`
    fn add(&mut self, values: &[f32]) {
        let each = (values.len() / self.low.len().max(1)).max(1);
        for (channel, values) in values.chunks(each).enumerate() {
            for &value in values {
                let wide = f64::from(value);
                self.sum += wide;
                self.squares += wide * wide;
                self.zeros += f64::from(u8::from(value == 0.0));
                self.low[channel] = self.low[channel].min(value);
                self.high[channel] = self.high[channel].max(value);
            }
        }
        self.count += values.len() as f64;
    }
}

/// The number of channels and their values, all images and places of each together.
fn channels_apart(features: &Features) -> Result<(usize, Vec<f32>), InspectionError> {
    match features {
        Features::Maps(maps) => {
            let [_, channels, ..] = maps.dims();
            Ok((channels, read(maps.clone().swap_dims(0, 1))?))
        }
        Features::Vector(vector) => Ok((vector.dims()[1], read(vector.clone().transpose())?)),
    }
}

/// The values of a tensor.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, InspectionError> {
    let data = tensor.try_into_data();
    let data = data.map_err(|error| InspectionError::Device(error.to_string()))?;
    Ok(data.iter().collect())
}
