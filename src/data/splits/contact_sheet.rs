//! A contact sheet: some images of every class in one labelled picture.

use image::imageops::{FilterType, replace, resize};
use image::{Rgb, RgbImage};

use super::split::Split;
use crate::data::error::DataError;
use crate::drawing::{BACKGROUND, GLYPH, TEXT, write};

/// Range of the longer side of an image, in pixels.
const MIN_SIDE: usize = 56;
const MAX_SIDE: usize = 128;
const GAP: usize = 4;

/// A picture with one row for each of `classes`, the first classes of the data set: the name, then
/// the first `per_class` images of the class, scaled to be legible.
///
/// # Errors
/// An image can no longer be read.
pub fn contact_sheet(
    split: &Split,
    classes: &[String],
    per_class: usize,
) -> Result<RgbImage, DataError> {
    let shape = split.shape();
    let longest_side = shape.height.max(shape.width);
    let zoom = MIN_SIDE.div_ceil(longest_side).max(1);
    let sized = |side: usize| match longest_side > MAX_SIDE {
        true => (side * MAX_SIDE / longest_side).max(1),
        false => side * zoom,
    };
    let (image_height, image_width) = (sized(shape.height), sized(shape.width));
    let (cell_height, cell_width) = (image_height + GAP, image_width + GAP);
    let longest = classes
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .min(24);
    let label_width = 2 * GAP + longest * GLYPH;
    let (width, height) = (
        label_width + per_class * cell_width,
        classes.len() * cell_height + GAP,
    );
    let mut sheet = RgbImage::from_pixel(width as u32, height as u32, BACKGROUND);
    for (row, name) in classes.iter().enumerate() {
        let top = GAP + row * cell_height;
        let name: String = name.chars().take(24).collect();
        let place = [GAP, top + (cell_height - GLYPH) / 2];
        write(&mut sheet, &name, place, TEXT);
    }
    let mut shown = vec![0; classes.len()];
    let mut pixels = vec![0; shape.len()];
    for index in 0..split.len() {
        let class = split.label(index);
        if shown.get(class).is_none_or(|&count| count == per_class) {
            continue;
        }
        split.read(index, &mut pixels)?;
        let (left, top) = (
            label_width + shown[class] * cell_width,
            GAP + class * cell_height,
        );
        let area = shape.height * shape.width;
        let image = RgbImage::from_fn(shape.width as u32, shape.height as u32, |x, y| {
            let at = y as usize * shape.width + x as usize;
            Rgb([0, 1, 2].map(|channel: usize| pixels[channel.min(shape.channels - 1) * area + at]))
        });
        let filter = match longest_side > MAX_SIDE {
            true => FilterType::Triangle,
            false => FilterType::Nearest,
        };
        let image = resize(&image, image_width as u32, image_height as u32, filter);
        replace(&mut sheet, &image, left as i64, top as i64);
        shown[class] += 1;
    }
    Ok(sheet)
}
