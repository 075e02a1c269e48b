use std::slice::from_ref;

use burn::tensor::Device;

use super::error::InspectionError;
use super::tensor::{BATCH, to_vec};
use crate::batching::ImageBatch;
use crate::data::Split;
use crate::models::{Features, Network, forward};

/// Statistics of a layer's activations over many images.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerStatistics {
    pub layer: String,
    pub kind: &'static str,
    /// Over all images, channels and positions.
    pub mean: f64,
    /// Standard deviation over all images, channels and positions.
    pub deviation: f64,
    /// Share of values that are exactly zero, from 0 to 1.
    pub zeros: f64,
    /// Channels or units, counted from 0, with one value at all positions of all images: they carry
    /// no information. Empty for flatten and dropout, which only pass on what others computed.
    pub dead: Vec<usize>,
}

/// Statistics accumulated batch by batch.
struct Accumulator {
    count: f64,
    sum: f64,
    squares: f64,
    zeros: f64,
    /// Smallest and largest value of each channel.
    low: Vec<f32>,
    high: Vec<f32>,
}

/// Statistics of the activations of every layer over the first `images` of `split`.
///
/// # Errors
/// An image can no longer be read, or the device failed.
pub fn activation_statistics(
    network: &Network,
    split: &Split,
    images: usize,
    device: &Device,
) -> Result<Vec<LayerStatistics>, InspectionError> {
    let layers = network.layers();
    let mut accumulators: Vec<Option<Accumulator>> = layers.iter().map(|_| None).collect();
    let indices: Vec<usize> = (0..split.len().min(images)).collect();
    for indices in indices.chunks(BATCH) {
        let mut features = Features::Maps(ImageBatch::read(split, indices, device)?.images);
        for (layer, accumulator) in layers.iter().zip(&mut accumulators) {
            features = forward(from_ref(layer), features);
            let (channels, values) = channels_first(&features)?;
            accumulator
                .get_or_insert_with(|| Accumulator::new(channels))
                .add(&values);
        }
    }
    let statistics = (layers.iter().zip(accumulators)).filter_map(|((name, layer), sums)| {
        let kind = layer.kind();
        Some(sums?.statistics(name.to_string(), kind))
    });
    Ok(statistics.collect())
}

impl Accumulator {
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

    /// `values`: `[channels, images * height * width]`
    fn add(&mut self, values: &[f32]) {
        let per_channel = (values.len() / self.low.len().max(1)).max(1);
        for (channel, values) in values.chunks(per_channel).enumerate() {
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

    fn statistics(&self, layer: String, kind: &'static str) -> LayerStatistics {
        let mean = self.sum / self.count;
        let variance = (self.squares / self.count - mean * mean).max(0.0);
        let passes_on = matches!(kind, "flatten" | "dropout");
        let channels = self.low.iter().zip(&self.high).enumerate();
        LayerStatistics {
            layer,
            kind,
            mean,
            deviation: variance.sqrt(),
            zeros: self.zeros / self.count,
            dead: channels
                .filter(|(_, (low, high))| low == high && !passes_on)
                .map(|(channel, _)| channel)
                .collect(),
        }
    }
}

/// The number of channels, and the values as `[channels, images * height * width]`.
fn channels_first(features: &Features) -> Result<(usize, Vec<f32>), InspectionError> {
    match features {
        Features::Maps(maps) => {
            let [_, channels, ..] = maps.dims();
            Ok((channels, to_vec(maps.clone().swap_dims(0, 1))?))
        }
        Features::Vector(vector) => Ok((vector.dims()[1], to_vec(vector.clone().transpose())?)),
    }
}
