//! A sheet of augmented images, to look at before training on them.

use image::RgbImage;

use crate::augmentation::Augmentation;
use crate::data::{DataError, Split};
use crate::drawing::{Tile, photo, rows};

/// Longer side of a small image when enlarged, in pixels.
const SIDE: usize = 128;

/// One row for each image at `indices` of `split`: the original, then the image as it is in each of the
/// first `epochs` epochs, with the classes and shares of its target. Images are mixed with others of the
/// sheet.
///
/// # Errors
/// An image can no longer be read.
pub fn augmentation_sheet(
    augmentation: &Augmentation,
    split: &Split,
    classes: &[String],
    indices: &[usize],
    epochs: usize,
) -> Result<RgbImage, DataError> {
    let shape = split.shape();
    let tile = |pixels: &[u8], caption: String| Tile {
        picture: photo(pixels, shape.channels, shape.width, SIDE),
        caption,
    };
    let mut originals = vec![vec![0; shape.len()]; indices.len()];
    for (pixels, &index) in originals.iter_mut().zip(indices) {
        split.read(index, pixels)?;
    }
    let label = |position: usize| short(&classes[split.label(indices[position])]);
    let mut sheet: Vec<(Vec<String>, Vec<Tile>)> = (originals.iter().enumerate())
        .map(|(row, pixels)| (vec![label(row)], vec![tile(pixels, "original".into())]))
        .collect();
    for epoch in 1..=epochs {
        let mut augmented = originals.clone();
        for (pixels, &index) in augmented.iter_mut().zip(indices) {
            augmentation.apply(pixels, shape, epoch, index);
        }
        for (row, &index) in indices.iter().enumerate() {
            let mut pixels = augmented[row].clone();
            let mix = augmentation.mix(shape, epoch, index, [row, indices.len()]);
            let caption = match mix {
                None => format!("epoch {epoch}"),
                Some(mix) => {
                    mix.apply(&mut pixels, &augmented[mix.partner], shape);
                    let own = (100.0 * mix.share).round();
                    match (label(row), label(mix.partner)) {
                        (one, other) if one == other => format!("100% {one}"),
                        (one, other) => format!("{own}% {one} {}% {other}", 100.0 - own),
                    }
                }
            };
            sheet[row].1.push(tile(&pixels, caption));
        }
    }
    Ok(rows("", &sheet))
}

/// The beginning of a name, as much as fits below a picture.
fn short(name: &str) -> String {
    const LONGEST: usize = 14;
    match name.chars().count() {
        ..=LONGEST => name.into(),
        _ => name.chars().take(LONGEST - 2).chain("..".chars()).collect(),
    }
}
