//! A contact sheet: some images of every class in one labelled picture.

use font8x8::legacy::BASIC_LEGACY;
use image::{Rgb, RgbImage};

use super::{DataError, Split};

const BACKGROUND: Rgb<u8> = Rgb([24, 24, 27]);
const TEXT: Rgb<u8> = Rgb([228, 228, 231]);
/// Side of a character in pixels, and of the smallest image shown.
const GLYPH: usize = 8;
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
        write(&mut sheet, &name, GAP, top + (cell_height - GLYPH) / 2);
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

fn write(sheet: &mut RgbImage, text: &str, left: usize, top: usize) {
    for (position, character) in text.chars().enumerate() {
        let glyph = BASIC_LEGACY
            .get(character as usize)
            .unwrap_or(&BASIC_LEGACY['?' as usize]);
        for (y, row) in glyph.iter().enumerate() {
            for x in (0..GLYPH).filter(|x| row >> x & 1 == 1) {
                let (x, y) = (left + position * GLYPH + x, top + y);
                if x < sheet.width() as usize && y < sheet.height() as usize {
                    sheet.put_pixel(x as u32, y as u32, TEXT);
                }
            }
        }
    }
}
