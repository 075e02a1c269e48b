//! The activations of every layer for some images, reduced to what fits into a page.

use std::borrow::Cow;

use image::imageops::{FilterType, replace, resize};
use image::{ImageBuffer, Luma, RgbImage};

use super::content::{ActivationImage, ActivationMaps, LayerMaps};
use super::error::ReportError;
use super::examples::pixels;
use super::pictures::{data_url, thumbnail};
use super::sources::Sources;
use crate::drawing::heat_map;
use crate::inspection::{Activations, NamedImage, common_range, first_of_one_class};
use crate::models::FeatureShape;

/// The number of images where none are chosen.
const IMAGES: usize = 3;
/// The most filters of a layer, and pixels on the longest side of a map: the first pair that fits is
/// taken.
const DETAIL: [(usize, usize); 5] = [(64, 64), (32, 48), (16, 32), (8, 24), (4, 16)];
/// The most pixels of all maps together, which the last pair of [`DETAIL`] may exceed.
const PIXELS: usize = 700_000;

/// The activations of every layer for the chosen test images.
///
/// # Errors
/// An image cannot be read, the device failed, or [`ReportError::Picture`].
pub fn activation_maps(sources: &Sources) -> Result<ActivationMaps, ReportError> {
    let (run, test) = (sources.run, &sources.dataset.test);
    let indices = match sources.activation_images.is_empty() {
        true => first_of_one_class(test, IMAGES),
        false => sources.activation_images.to_vec(),
    };
    let (input, normalization) = (run.card.input, &run.card.normalization);
    let images = indices.into_iter().map(|index| {
        let class = &sources.dataset.classes[test.label(index)];
        let image = NamedImage {
            name: format!("{index}: {class}"),
            pixels: pixels(sources, index)?,
        };
        let (network, device) = (&run.network, &run.backend.device);
        Ok(Activations::new(
            network,
            image,
            input,
            normalization,
            device,
        )?)
    });
    draw(&images.collect::<Result<Vec<_>, ReportError>>()?)
}

/// Draws the activations of the same network for several images.
fn draw(images: &[Activations]) -> Result<ActivationMaps, ReportError> {
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
        Ok(ActivationImage {
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
    limit: usize,
    side: usize,
) -> Result<LayerMaps, ReportError> {
    let first = &images[0].layers[number];
    let all = match first.shape {
        FeatureShape::Maps([channels, ..]) => channels,
        FeatureShape::Vector(_) => 1,
    };
    let filters = all.min(limit);
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
        data_url(&strip, 0)
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

/// Width and values of a map, scaled down where a side is longer than `side`.
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
