use burn::tensor::{Device, Tensor, TensorData};
use image::RgbImage;

use super::InspectionError;
use super::activity::read;
use super::canvas::{Tile, map, photo, rows};
use crate::data::Normalization;
use crate::data::Split;
use crate::drawing::GLYPH;
use crate::models::{FeatureShape, Features, Network};
use crate::pixels::ImageShape;

/// Side of a map of a comparison, and of one filter among many, in pixels.
const SIDE: usize = 168;
const SMALL: usize = 72;
/// Filters per row where all of a layer are shown.
const PER_ROW: usize = 8;

/// A picture to follow through a network.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What to call it.
    pub name: String,
    /// `[channels, height, width]`
    pub pixels: Vec<u8>,
}

/// What a layer made of a picture.
#[derive(Debug, Clone)]
pub struct Station {
    pub layer: String,
    pub kind: &'static str,
    pub shape: FeatureShape,
    /// `[channels, height, width]` or `[features]`
    pub values: Vec<f32>,
}

/// A picture and what each layer made of it, in order.
#[derive(Debug, Clone)]
pub struct Journey {
    pub subject: Subject,
    pub input: ImageShape,
    pub stations: Vec<Station>,
}

impl Journey {
    /// Sends a picture through `network`, layer by layer.
    ///
    /// # Errors
    /// The device failed.
    pub fn new(
        network: &Network,
        subject: Subject,
        input: ImageShape,
        normalization: &Normalization,
        device: &Device,
    ) -> Result<Self, InspectionError> {
        let mut values = vec![0f32; input.len()];
        normalization.tables().apply(&subject.pixels, &mut values);
        let dims = [1, input.channels, input.height, input.width];
        let image = Tensor::<4>::from_data(TensorData::new(values, dims), device);
        Ok(Self {
            stations: stations(network, image)?,
            subject,
            input,
        })
    }
}

/// What each layer of `network` makes of an image, `[1, channels, height, width]`.
///
/// # Errors
/// The device failed.
pub fn stations(network: &Network, image: Tensor<4>) -> Result<Vec<Station>, InspectionError> {
    let mut features = Features::Maps(image);
    let layers = network.layers().into_iter().map(|(name, layer)| {
        features = layer.forward(features.clone());
        let (shape, values) = match &features {
            Features::Maps(maps) => {
                let [_, channels, height, width] = maps.dims();
                let shape = FeatureShape::Maps([channels, height, width]);
                (shape, read(maps.clone())?)
            }
            Features::Vector(vector) => {
                let shape = FeatureShape::Vector([vector.dims()[1]]);
                (shape, read(vector.clone())?)
            }
        };
        Ok(Station {
            layer: name.to_string(),
            kind: layer.kind(),
            shape,
            values,
        })
    });
    layers.collect()
}

impl Station {
    /// Channel `filter`, or the last where there are fewer, as rows of a width; a vector is laid
    /// out as near to a square as its length allows.
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

    fn range(&self, filter: usize) -> [f32; 2] {
        let start = [f32::INFINITY, f32::NEG_INFINITY];
        (self.plane(filter).1.iter()).fold(start, |[low, high], &value| {
            [low.min(value), high.max(value)]
        })
    }

    fn heading(&self, filter: usize) -> Vec<String> {
        let mut lines = vec![self.layer.clone()];
        if self.layer.trim_end_matches(|c: char| c.is_ascii_digit()) != self.kind {
            lines.push(self.kind.to_string());
        }
        lines.push(self.shape.to_string());
        if let FeatureShape::Maps([channels, ..]) = self.shape {
            lines.push(format!("filter {}", filter.min(channels - 1)));
        }
        lines
    }
}

/// The least and the largest answer of a filter at stations of several pictures.
pub fn common_range<'a>(
    stations: impl IntoIterator<Item = &'a Station>,
    filter: usize,
) -> [f32; 2] {
    let start = [f32::INFINITY, f32::NEG_INFINITY];
    (stations.into_iter()).fold(start, |[low, high], station| {
        let [a, b] = station.range(filter);
        [low.min(a), high.max(b)]
    })
}

/// The first images of `split` that share the first one's class, `count` at most.
pub fn first_alike(split: &Split, count: usize) -> Vec<usize> {
    let alike = |&index: &usize| split.label(index) == split.label(0);
    (0..split.len()).filter(alike).take(count).collect()
}

/// One filter's answers to several pictures: a row for each layer, a column for each picture. A
/// row has one scale, so that its pictures can be compared.
pub fn compare(journeys: &[Journey], filter: usize) -> RgbImage {
    let Some(first) = journeys.first() else {
        return rows("", &[]);
    };
    let photos = journeys.iter().map(|journey| Tile {
        picture: photo(
            &journey.subject.pixels,
            journey.input.channels,
            journey.input.width,
            SIDE,
        ),
        caption: journey.subject.name.chars().take(SIDE / GLYPH).collect(),
    });
    let mut lines = vec![(
        vec!["input".into(), first.input.to_string()],
        photos.collect(),
    )];
    for (number, station) in first.stations.iter().enumerate() {
        let stations = journeys.iter().map(|journey| &journey.stations[number]);
        let range = common_range(stations.clone(), filter);
        let tiles: Vec<Tile> = stations
            .map(|station| {
                let (width, values) = station.plane(filter);
                let picture = map(values, width, range, SIDE);
                Tile::with_axes(picture, [width, values.len() / width])
            })
            .collect();
        let mut heading = station.heading(filter);
        heading.push(format!("{:.2} to {:.2}", range[0], range[1]));
        lines.push((heading, tiles));
    }
    rows("", &lines)
}

/// Every filter's answer to one picture, for each layer that makes maps: layer and picture.
pub fn every_filter(journey: &Journey) -> Vec<(String, RgbImage)> {
    let maps = journey
        .stations
        .iter()
        .filter_map(|station| match station.shape {
            FeatureShape::Maps([channels, ..]) if channels > 1 => Some((station, channels)),
            _ => None,
        });
    maps.map(|(station, channels)| {
        let filters: Vec<usize> = (0..channels).collect();
        let lines: Vec<(Vec<String>, Vec<Tile>)> = (filters.chunks(PER_ROW))
            .map(|filters| {
                let tiles = filters.iter().map(|&filter| {
                    let (width, values) = station.plane(filter);
                    Tile {
                        picture: map(values, width, station.range(filter), SMALL),
                        caption: filter.to_string(),
                    }
                });
                (Vec::new(), tiles.collect())
            })
            .collect();
        let title = format!(
            "{} ({}), {}: {}",
            station.layer, station.kind, station.shape, journey.subject.name
        );
        (station.layer.clone(), rows(&title, &lines))
    })
    .collect()
}
