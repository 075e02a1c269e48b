//! Grad-CAM of some test images.

use image::RgbImage;

use super::content::Explained;
use super::error::ReportError;
use super::examples::{example, mistakes_by_confidence, pixels};
use super::pictures::{data_url, shrunk};
use super::sources::Sources;
use crate::drawing::{Tile, photo, rows};
use crate::explanation::{Explainer, Method, overlay};

/// The most hits, and the most misses, that are explained.
const IMAGES: usize = 4;
/// Images in a row of the picture in the folder of figures.
const IMAGES_PER_ROW: usize = 4;
/// Longest side of an explained image, in pixels.
const SIDE: usize = 112;

/// The first hit of some classes, then the mistakes with the highest predicted probability: for the
/// page, and as one picture. Empty and `None` where the network has no convolution.
///
/// # Errors
/// An image cannot be read, the device failed, or [`ReportError::Picture`].
pub fn explained(sources: &Sources) -> Result<(Vec<Explained>, Option<RgbImage>), ReportError> {
    let (run, test, classes) = (sources.run, sources.test, &sources.dataset.classes);
    let input = run.card.input;
    let (normalization, device) = (&run.card.normalization, &run.backend.device);
    let explainer = Explainer::new(&run.network, input, normalization, device);
    let hits = (0..classes.len()).filter_map(|class| {
        (0..test.len()).find(|&index| test.hit(index) && test.target(index) == class)
    });
    let misses = mistakes_by_confidence(sources).into_iter().take(IMAGES);
    let (mut explained, mut tiles) = (Vec::new(), Vec::new());
    for index in hits.take(IMAGES).chain(misses) {
        let pixels = pixels(sources, index)?;
        let predicted = test.predicted(index);
        let Some(map) = explainer.importance(Method::GradCam, &pixels, predicted)? else {
            return Ok((Vec::new(), None));
        };
        let overlay = overlay(&pixels, input, &map.values, SIDE);
        explained.push(Explained {
            example: example(sources, index)?,
            hit: test.hit(index),
            empty: map.is_empty(),
            overlay: data_url(&shrunk(overlay.clone(), 2 * SIDE as u32), 3)?,
        });
        tiles.push(Tile {
            picture: photo(&pixels, input.channels, input.width, SIDE),
            caption: classes[test.target(index)].clone(),
        });
        tiles.push(Tile {
            picture: overlay,
            caption: format!("as {}", classes[predicted]),
        });
    }
    let mut lines = Vec::new();
    while !tiles.is_empty() {
        let rest = tiles.split_off(tiles.len().min(2 * IMAGES_PER_ROW));
        lines.push((Vec::new(), std::mem::replace(&mut tiles, rest)));
    }
    let title = "Grad-CAM: hits, then the most confident mistakes";
    Ok((explained, Some(rows(title, &lines))))
}
