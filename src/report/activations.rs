//! The journey of some pictures, small enough to be put in a page whole.

use std::borrow::Cow;

use image::imageops::{FilterType, replace, resize};
use image::{ImageBuffer, Luma, RgbImage};

use super::ReportError;
use super::content::{Journey, Station, Subject};
use super::pictures::{address, thumbnail};
use crate::inspection::{self, map};
use crate::models::FeatureShape;

/// Filters and longest side of a map that are shown, the finest first.
const DETAIL: [(usize, usize); 5] = [(64, 64), (32, 48), (16, 32), (8, 24), (4, 16)];
/// Pixels of all maps together, at most, where there is a choice.
const PIXELS: usize = 700_000;

/// Lays out `journeys`, all through the same network.
///
/// # Errors
/// [`ReportError::Picture`]
pub fn lay_out(journeys: &[inspection::Journey]) -> Result<Journey, ReportError> {
    let Some(first) = journeys.first() else {
        return Ok(Journey {
            subjects: Vec::new(),
            stations: Vec::new(),
            filters: 0,
        });
    };
    let shapes: Vec<FeatureShape> = first.stations.iter().map(|station| station.shape).collect();
    let cost = |(filters, side): (usize, usize)| -> usize {
        let pixels = shapes.iter().map(|shape| match *shape {
            FeatureShape::Maps([channels, height, width]) => {
                channels.min(filters) * height.min(side) * width.min(side)
            }
            FeatureShape::Vector([len]) => len.min(side * side),
        });
        pixels.sum::<usize>() * journeys.len()
    };
    let fits = |detail: &&(usize, usize)| cost(**detail) <= PIXELS;
    let &(filters, side) = (DETAIL.iter().find(fits)).unwrap_or(&DETAIL[DETAIL.len() - 1]);
    let subjects = journeys.iter().map(|journey| {
        Ok(Subject {
            name: journey.subject.name.clone(),
            picture: thumbnail(&journey.subject.pixels, journey.input)?,
        })
    });
    let stations = (0..shapes.len()).map(|number| station(journeys, number, filters, side));
    let stations: Vec<Station> = stations.collect::<Result<_, _>>()?;
    let maps = stations
        .iter()
        .zip(&shapes)
        .filter(|(_, shape)| matches!(shape, FeatureShape::Maps(_)));
    Ok(Journey {
        subjects: subjects.collect::<Result<_, ReportError>>()?,
        filters: maps.map(|(station, _)| station.filters).max().unwrap_or(0),
        stations,
    })
}

fn station(
    journeys: &[inspection::Journey],
    number: usize,
    most: usize,
    side: usize,
) -> Result<Station, ReportError> {
    let first = &journeys[0].stations[number];
    let all = match first.shape {
        FeatureShape::Maps([channels, ..]) => channels,
        FeatureShape::Vector(_) => 1,
    };
    let filters = all.min(most);
    let stations = || journeys.iter().map(|journey| &journey.stations[number]);
    let ranges: Vec<[f32; 2]> = (0..filters)
        .map(|filter| inspection::common_range(stations(), filter))
        .collect();
    let mut size = (0, 0);
    let strips = stations().map(|station| {
        let maps = (0..filters).map(|filter| {
            let (width, values) = station.plane(filter);
            let (width, values) = reduced(values, width, side);
            map(&values, width, ranges[filter], 1)
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
    Ok(Station {
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

/// A map of a width with no side above `side`, its shape kept, and its width.
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
