//! The activations of every layer for some images, reduced to what fits into a page.

use std::borrow::Cow;

use image::imageops::{FilterType, replace, resize};
use image::{ImageBuffer, Luma, RgbImage};

use super::ReportError;
use super::content::{ActivationMaps, LayerMaps, ShownImage};
use super::pictures::{address, thumbnail};
use crate::drawing::heat_map;
use crate::inspection::{Activations, common_range};
use crate::models::FeatureShape;

/// Filters of a layer, and longest side of a map, that are shown: the first pair that fits is taken.
const DETAIL: [(usize, usize); 5] = [(64, 64), (32, 48), (16, 32), (8, 24), (4, 16)];
/// Pixels of all maps together, at most, unless even the last of [`DETAIL`] has more.
const PIXELS: usize = 700_000;

/// Draws the activations of the same network for several images.
///
/// # Errors
/// [`ReportError::Picture`]
pub fn activation_maps(images: &[Activations]) -> Result<ActivationMaps, ReportError> {
    let Some(first) = images.first() else {
        return Ok(ActivationMaps {
            images: Vec::new(),
            layers: Vec::new(),
            filters: 0,
        });
    };
    let shapes: Vec<FeatureShape> = first.layers.iter().map(|layer| layer.shape).collect();
    let cost = |(filters, side): (usize, usize)| -> usize {
        let pixels = shapes.iter().map(|shape| match *shape {
            FeatureShape::Maps([channels, height, width]) => {
                channels.min(filters) * height.min(side) * width.min(side)
            }
            FeatureShape::Vector([len]) => len.min(side * side),
        });
        pixels.sum::<usize>() * images.len()
    };
    let fits = |detail: &&(usize, usize)| cost(**detail) <= PIXELS;
    let &(filters, side) = (DETAIL.iter().find(fits)).unwrap_or(&DETAIL[DETAIL.len() - 1]);
    let shown = images.iter().map(|of_image| {
        Ok(ShownImage {
            name: of_image.image.name.clone(),
            picture: thumbnail(&of_image.image.pixels, of_image.input)?,
        })
    });
    let layers = (0..shapes.len()).map(|number| layer_maps(images, number, filters, side));
    let layers: Vec<LayerMaps> = layers.collect::<Result<_, _>>()?;
    let with_maps =
        (layers.iter().zip(&shapes)).filter(|(_, shape)| matches!(shape, FeatureShape::Maps(_)));
    Ok(ActivationMaps {
        images: shown.collect::<Result<_, ReportError>>()?,
        filters: with_maps.map(|(layer, _)| layer.filters).max().unwrap_or(0),
        layers,
    })
}

fn layer_maps(
    images: &[Activations],
    number: usize,
    most: usize,
    side: usize,
) -> Result<LayerMaps, ReportError> {
    let first = &images[0].layers[number];
    let all = match first.shape {
        FeatureShape::Maps([channels, ..]) => channels,
        FeatureShape::Vector(_) => 1,
    };
    let filters = all.min(most);
    let outputs = || images.iter().map(|of_image| &of_image.layers[number]);
    let ranges: Vec<[f32; 2]> = (0..filters)
        .map(|filter| common_range(outputs(), filter))
        .collect();
    let mut size = (0, 0);
    let strips = outputs().map(|output| {
        let maps = (0..filters).map(|filter| {
            let (width, values) = output.plane(filter);
            let (width, values) = reduced(values, width, side);
            heat_map(&values, width, ranges[filter], 1)
        });
        let maps: Vec<RgbImage> = maps.collect();
        size = maps[0].dimensions();
        let mut strip = RgbImage::new(size.0, size.1 * filters as u32);
        for (at, map) in maps.iter().enumerate() {
            replace(&mut strip, map, 0, at as i64 * i64::from(size.1));
        }
        address(&strip, 0)
    });
    let strips = strips.collect::<Result<_, _>>()?;
    Ok(LayerMaps {
        layer: first.layer.clone(),
        kind: first.kind,
        shape: first.shape.to_string(),
        filters,
        left_out: all - filters,
        width: size.0 as usize,
        height: size.1 as usize,
        strips,
        ranges,
    })
}

/// The width and the values of a map that is scaled down, where necessary, to no side above `side`.
fn reduced(values: &[f32], width: usize, side: usize) -> (usize, Cow<'_, [f32]>) {
    let height = values.len() / width;
    let longest = width.max(height);
    let sized = |len: usize| (len * side / longest).max(1) as u32;
    let map = ImageBuffer::<Luma<f32>, _>::from_raw(width as u32, height as u32, values);
    match map.filter(|_| longest > side) {
        None => (width, Cow::Borrowed(values)),
        Some(map) => {
            let small = resize(&map, sized(width), sized(height), FilterType::Triangle);
            (small.width() as usize, Cow::Owned(small.into_raw()))
        }
    }
}
