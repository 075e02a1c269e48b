use image::RgbImage;

use super::activations::{Activations, LayerActivations};
use crate::drawing::{GLYPH, Tile, heat_map, photo, rows};
use crate::models::FeatureShape;

/// Longer side of a map where images are compared, in pixels.
const SIDE: usize = 168;
/// Longer side of a map where all filters of a layer are shown, in pixels.
const SMALL_SIDE: usize = 72;
/// Filters per row where all of a layer are shown.
const PER_ROW: usize = 8;

/// The smallest and the largest value of a channel over the same layer's output for several images.
pub fn common_range<'a>(
    images: impl IntoIterator<Item = &'a LayerActivations>,
    filter: usize,
) -> [f32; 2] {
    let start = [f32::INFINITY, f32::NEG_INFINITY];
    (images.into_iter()).fold(start, |[low, high], activations| {
        let [smallest, largest] = activations.range(filter);
        [low.min(smallest), high.max(largest)]
    })
}

/// One filter's output for several images: a row for each layer, a column for each image. All maps
/// of a row share one scale of colours, so that they can be compared.
pub fn compare_images(images: &[Activations], filter: usize) -> RgbImage {
    let Some(first) = images.first() else {
        return rows("", &[]);
    };
    let photos = images.iter().map(|of_image| Tile {
        picture: photo(
            &of_image.image.pixels,
            of_image.input.channels,
            of_image.input.width,
            SIDE,
        ),
        caption: of_image.image.name.chars().take(SIDE / GLYPH).collect(),
    });
    let mut lines = vec![(
        vec!["input".into(), first.input.to_string()],
        photos.collect(),
    )];
    for (number, layer) in first.layers.iter().enumerate() {
        let outputs = images.iter().map(|of_image| &of_image.layers[number]);
        let range = common_range(outputs.clone(), filter);
        let tiles: Vec<Tile> = outputs
            .map(|output| {
                let (width, values) = output.plane(filter);
                let map = heat_map(values, width, range, SIDE);
                Tile::with_axes(map, [width, values.len() / width])
            })
            .collect();
        let mut heading = heading(layer, filter);
        heading.push(format!("{:.2} to {:.2}", range[0], range[1]));
        lines.push((heading, tiles));
    }
    rows("", &lines)
}

fn heading(activations: &LayerActivations, filter: usize) -> Vec<String> {
    let mut lines = vec![activations.layer.clone()];
    // "relu1" says what it is, "activation1" does not.
    let name = activations
        .layer
        .trim_end_matches(|c: char| c.is_ascii_digit());
    if name != activations.kind {
        lines.push(activations.kind.to_string());
    }
    lines.push(activations.shape.to_string());
    if let FeatureShape::Maps([channels, ..]) = activations.shape {
        lines.push(format!("filter {}", filter.min(channels - 1)));
    }
    lines
}

/// The output of every filter for one image: for each layer with several feature maps its name and a
/// picture of all of them.
pub fn all_filters(activations: &Activations) -> Vec<(String, RgbImage)> {
    let with_maps = (activations.layers.iter()).filter_map(|layer| match layer.shape {
        FeatureShape::Maps([channels, ..]) if channels > 1 => Some((layer, channels)),
        _ => None,
    });
    with_maps
        .map(|(layer, channels)| {
            let filters: Vec<usize> = (0..channels).collect();
            let lines: Vec<(Vec<String>, Vec<Tile>)> = (filters.chunks(PER_ROW))
                .map(|filters| {
                    let tiles = filters.iter().map(|&filter| {
                        let (width, values) = layer.plane(filter);
                        Tile {
                            picture: heat_map(values, width, layer.range(filter), SMALL_SIDE),
                            caption: filter.to_string(),
                        }
                    });
                    (Vec::new(), tiles.collect())
                })
                .collect();
            let title = format!(
                "{} ({}), {}: {}",
                layer.layer, layer.kind, layer.shape, activations.image.name
            );
            (layer.layer.clone(), rows(&title, &lines))
        })
        .collect()
}
