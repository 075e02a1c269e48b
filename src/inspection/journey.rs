use burn::tensor::{Device, Tensor, TensorData};
use image::RgbImage;

use super::InspectionError;
use super::activity::read;
use super::canvas::{Tile, map, photo, rows};
use crate::data::ImageShape;
use crate::data::normalization::{Normalization, apply};
use crate::drawing::GLYPH;
use crate::models::{FeatureShape, Features, Network};

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
        apply(&normalization.tables(), &subject.pixels, &mut values);
        let dims = [1, input.channels, input.height, input.width];
        let image = Tensor::<4>::from_data(TensorData::new(values, dims), device);
        let mut features = Features::Maps(image);
        let mut stations = Vec::new();
        for (name, layer) in network.layers() {
            features = layer.forward(features);
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
            stations.push(Station {
                layer: name.to_string(),
                kind: layer.kind(),
                shape,
                values,
            });
        }
        Ok(Self {
            subject,
            input,
            stations,
        })
    }
}

impl Station {
    /// Channel `filter`, or the last where there are fewer, as rows of a width; a vector is laid
    /// out as near to a square as its length allows.
    fn plane(&self, filter: usize) -> (usize, &[f32]) {
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
        let range = (stations.clone().map(|station| station.range(filter)))
            .fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], [a, b]| {
                [low.min(a), high.max(b)]
            });
        let tiles: Vec<Tile> = stations
            .map(|station| {
                let (width, values) = station.plane(filter);
                Tile {
                    picture: map(values, width, range, SIDE),
                    caption: String::new(),
                }
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
