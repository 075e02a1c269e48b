//! A picture of all steps of a preparation side by side.

use image::imageops::{FilterType, replace, resize};
use image::{Rgb, RgbImage};

use super::picture::Picture;
use super::pipeline::Pipeline;
use crate::drawing::{BACKGROUND, GLYPH, TEXT, fill, write};

/// Longest side of a picture as it is drawn, in pixels; smaller ones are enlarged by the largest
/// whole factor that stays within it.
const SIDE: u32 = 224;
const GAP: usize = 8;
const FRAME: Rgb<u8> = Rgb([82, 82, 91]);

/// The original and the result of each step from left to right; above each its number and name, below
/// it its size.
pub fn strip(pipeline: &Pipeline, picture: Picture) -> RgbImage {
    let mut cells = Vec::new();
    pipeline.run_watched(picture, &mut |label, picture| {
        cells.push(Cell::new(cells.len(), label, picture));
    });
    let tallest = cells.iter().map(|cell| cell.picture.height()).max();
    let height = 2 * (2 * GAP + GLYPH) + tallest.unwrap_or(0) as usize;
    let width = GAP + cells.iter().map(|cell| cell.width() + GAP).sum::<usize>();
    let mut strip = RgbImage::from_pixel(width as u32, height as u32, BACKGROUND);
    let mut left = GAP;
    for cell in &cells {
        cell.draw(&mut strip, left);
        left += cell.width() + GAP;
    }
    strip
}

/// The original or the result of a step as it is drawn.
struct Cell {
    label: String,
    size: String,
    picture: RgbImage,
}

impl Cell {
    fn new(number: usize, label: &str, picture: &Picture) -> Self {
        let (width, height) = picture.dimensions();
        Self {
            label: match number {
                0 => label.into(),
                number => format!("{number} {label}"),
            },
            size: format!("{width}x{height}"),
            picture: scaled(picture),
        }
    }

    fn width(&self) -> usize {
        let characters = self.label.chars().count().max(self.size.chars().count());
        (self.picture.width() as usize + 2).max(characters * GLYPH)
    }

    fn draw(&self, strip: &mut RgbImage, left: usize) {
        let top = 2 * GAP + GLYPH;
        let (width, height) = self.picture.dimensions();
        write(strip, &self.label, [left, GAP], TEXT);
        // The background is dark as well: without a frame, a black picture has no visible border.
        let frame = [width as usize + 2, height as usize + 2];
        fill(strip, [left, top - 1], frame, FRAME);
        replace(strip, &self.picture, left as i64 + 1, top as i64);
        write(strip, &self.size, [left, top + height as usize + GAP], TEXT);
    }
}

/// `picture` in the size it is drawn in, its aspect ratio kept.
fn scaled(picture: &Picture) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    let length = |side: u32| match longest > SIDE {
        true => (u64::from(side) * u64::from(SIDE) / u64::from(longest)).max(1) as u32,
        false => side * (SIDE / longest),
    };
    let size = (length(width), length(height));
    let filter = match longest > SIDE {
        true => FilterType::Triangle,
        false => FilterType::Nearest,
    };
    // Scaled before the conversion to RGB, which triples the memory of a large grey photograph.
    match picture {
        Picture::Grey(image) => Picture::Grey(resize(image, size.0, size.1, filter)).into_rgb(),
        Picture::Rgb(image) => resize(image, size.0, size.1, filter),
    }
}
