//! A contact sheet: some images of every class in one labelled picture.

use image::{Rgb, RgbImage};

use super::{DataError, Split};
use crate::drawing::{BACKGROUND, GLYPH, TEXT, write};

/// Side of the smallest image shown, in pixels.
const MIN_SIDE: usize = 56;
const GAP: usize = 4;

/// One row per class: its name, then its first `per_class` images.
///
/// # Errors
/// An image can no longer be read.
pub fn contact_sheet(
    split: &Split,
    classes: &[String],
    per_class: usize,
) -> Result<RgbImage, DataError> {
    let shape = split.shape();
    let zoom = MIN_SIDE.div_ceil(shape.height.max(shape.width)).max(1);
    let (cell_height, cell_width) = (shape.height * zoom + GAP, shape.width * zoom + GAP);
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
        if shown[class] == per_class {
            continue;
        }
        split.read(index, &mut pixels)?;
        let (left, top) = (
            label_width + shown[class] * cell_width,
            GAP + class * cell_height,
        );
        for y in 0..shape.height * zoom {
            for x in 0..shape.width * zoom {
                let at = (y / zoom) * shape.width + x / zoom;
                let channel = |channel: usize| {
                    pixels[channel.min(shape.channels - 1) * shape.height * shape.width + at]
                };
                let color = Rgb([channel(0), channel(1), channel(2)]);
                sheet.put_pixel((left + x) as u32, (top + y) as u32, color);
            }
        }
        shown[class] += 1;
    }
    Ok(sheet)
}
