use image::RgbImage;

use super::error::InspectionError;
use super::tensor::to_vec;
use crate::drawing::{Tile, heat_map, rows};
use crate::models::{Layer, Network};

/// Longer side of a kernel, in pixels.
const SIDE: usize = 56;
const PER_ROW: usize = 8;

/// The kernels of the first convolution, each on its own scale of colours; of several input channels
/// the mean is drawn. `None` where there is no convolution. `title` adds a line that describes them.
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
    let weights = to_vec(conv.weight.val())?;
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
                let largest = (kernel.iter()).fold(0f32, |largest, v| largest.max(v.abs()));
                Tile {
                    // Symmetric, so that zero has the middle colour in every kernel.
                    picture: heat_map(kernel, width, [-largest, largest], SIDE),
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
