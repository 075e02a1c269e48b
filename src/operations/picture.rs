//! Drawing input and output.

use image::{Rgb, RgbImage};

use super::error::OperationError;
use super::grid::{Grid, short};
use super::input::Input;
use crate::drawing::{BACKGROUND, GLYPH, TEXT, fill, write};

const GAP: usize = 12;
const MOST_PIXELS: usize = 1 << 28;
/// Small pictures are enlarged to about this side, in pixels.
const SIDE: usize = 280;
/// Matrices of up to this side are shown with their numbers.
const NUMBERED: usize = 12;
/// Characters of a number in its cell.
const DIGITS: usize = 7;
/// Slices shown of a stack.
const SLICES: usize = 8;
/// Height of a signal's bars, in pixels.
const BARS: usize = 120;
const BAR: Rgb<u8> = Rgb([96, 165, 250]);

/// The values that are drawn as black and as white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    pub black: f32,
    pub white: f32,
}

impl Shown {
    /// Grey levels as they are; values outside 0 to 255 are clipped.
    pub const GREY_LEVELS: Self = Self {
        black: 0.0,
        white: 255.0,
    };

    /// From the smallest value to the largest.
    pub fn stretched(grid: &Grid) -> Self {
        let [black, white] = grid.range();
        Self { black, white }
    }

    /// Zero is grey in the middle, and one value in a hundred is clipped: borders and a few bright
    /// spots would leave everything else grey.
    pub fn around_zero(grid: &Grid) -> Self {
        let mut sizes: Vec<f32> = grid.values.iter().map(|value| value.abs()).collect();
        let at = (sizes.len() - 1) * 99 / 100;
        let (_, &mut limit, rest) = sizes.select_nth_unstable_by(at, f32::total_cmp);
        let limit = match limit > 0.0 {
            true => limit,
            false => rest.iter().copied().fold(0.0, f32::max),
        };
        Self {
            black: -limit,
            white: limit,
        }
    }

    fn grey(self, value: f32) -> u8 {
        let width = self.white - self.black;
        match width > 0.0 {
            true => (255.0 * ((value - self.black) / width).clamp(0.0, 1.0)).round() as u8,
            false => 128,
        }
    }
}

/// Draws both grids with their sizes: pictures side by side, signals and stacks one above the other.
///
/// # Errors
/// The picture would be larger than 268 million pixels.
pub fn before_and_after(
    input: &Input,
    output: &Grid,
    shown: Shown,
) -> Result<RgbImage, OperationError> {
    let [before, after] = [&input.grid, output].map(drawn_size);
    let (width, height) = (before[0] + after[0], before[1] + after[1]);
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(OperationError::PictureTooLarge { width, height });
    }
    let shown_input = match input.is_picture {
        true => Shown::GREY_LEVELS,
        false => Shown::stretched(&input.grid),
    };
    let before = (
        format!("input {}", input.grid.size_text()),
        draw(&input.grid, shown_input),
    );
    let caption = format!(
        "output {}, {} to {}",
        output.size_text(),
        short(shown.black),
        short(shown.white)
    );
    let after = (caption, draw(output, shown));
    let parts = [before, after];
    let caption_height = GLYPH + GAP / 2;
    let width_of = |(caption, part): &(String, RgbImage)| {
        (part.width() as usize).max(caption.chars().count() * GLYPH)
    };
    let height_of = |(_, part): &(String, RgbImage)| part.height() as usize + caption_height;
    let beside = output.rank == 2;
    let [first, second] = [&parts[0], &parts[1]];
    let (width, height) = match beside {
        true => (
            width_of(first) + GAP + width_of(second),
            height_of(first).max(height_of(second)),
        ),
        false => (
            width_of(first).max(width_of(second)),
            height_of(first) + GAP + height_of(second),
        ),
    };
    let size = [width, height].map(|side| (side + 2 * GAP) as u32);
    let mut picture = RgbImage::from_pixel(size[0], size[1], BACKGROUND);
    let mut corner = [GAP, GAP];
    for part in &parts {
        write(&mut picture, &part.0, corner, TEXT);
        let top = corner[1] + caption_height;
        image::imageops::replace(&mut picture, &part.1, corner[0] as i64, top as i64);
        match beside {
            true => corner[0] += width_of(part) + GAP,
            false => corner[1] += height_of(part) + GAP,
        }
    }
    Ok(picture)
}

/// Upper bounds of the width and height of a drawn grid, in pixels.
fn drawn_size(grid: &Grid) -> [usize; 2] {
    let [_, height, width] = grid.size;
    match grid.rank {
        1 => [2 * SIDE, BARS],
        2 => [width.max(2 * SIDE), height.max(2 * SIDE)],
        _ => [SLICES * width.max(SIDE), height.max(SIDE)],
    }
}

fn draw(grid: &Grid, shown: Shown) -> RgbImage {
    match grid.rank {
        1 => bars(grid),
        2 => plane(grid, 0, shown, SIDE),
        _ => {
            let slices: Vec<RgbImage> = (0..grid.size[0].min(SLICES))
                .map(|z| plane(grid, z, shown, SIDE / 2))
                .collect();
            let step = slices[0].width() as usize + GAP / 2;
            let size = [step * slices.len() - GAP / 2, slices[0].height() as usize];
            let mut row = RgbImage::from_pixel(size[0] as u32, size[1] as u32, BACKGROUND);
            for (number, slice) in slices.iter().enumerate() {
                image::imageops::replace(&mut row, slice, (number * step) as i64, 0);
            }
            row
        }
    }
}

/// One slice, enlarged to about `side`; with its numbers where these are few.
fn plane(grid: &Grid, z: usize, shown: Shown, side: usize) -> RgbImage {
    let [_, height, width] = grid.size;
    let numbered = grid.channels == 1 && height.max(width) <= NUMBERED && grid.rank == 2;
    let zoom = match numbered {
        true => (DIGITS + 1) * GLYPH,
        false => (side / height.max(width)).max(1),
    };
    let channels = [0, 1, 2].map(|channel| grid.slice(channel.min(grid.channels - 1), z));
    let mut picture = RgbImage::from_fn((width * zoom) as u32, (height * zoom) as u32, |x, y| {
        let at = (y as usize / zoom) * width + x as usize / zoom;
        Rgb(channels.map(|channel| shown.grey(channel[at])))
    });
    if numbered {
        for (at, &value) in channels[0].iter().enumerate() {
            let text = match short(value) {
                text if text.len() <= DIGITS => text,
                _ => format!("{value:.1e}"),
            };
            let left = (at % width) * zoom + (zoom - text.len() * GLYPH) / 2;
            let top = (at / width) * zoom + (zoom - GLYPH) / 2;
            let color = match shown.grey(value) {
                0..128 => Rgb([255; 3]),
                _ => Rgb([0; 3]),
            };
            write(&mut picture, &text, [left, top], color);
        }
    }
    picture
}

/// A signal as bars up and down from zero; neighbouring values share a bar where there are many.
fn bars(grid: &Grid) -> RgbImage {
    const WIDEST: usize = 1200;
    let values = &grid.values;
    let shared = values.len().div_ceil(WIDEST);
    let count = values.len().div_ceil(shared);
    let zoom = (2 * SIDE / count).clamp(1, 24);
    let mut picture = RgbImage::from_pixel((count * zoom) as u32, BARS as u32, Rgb([39, 39, 42]));
    let [low, high] = grid.range();
    let (low, high) = (low.min(0.0), high.max(0.0));
    let scale = match high > low {
        true => (BARS - 1) as f32 / (high - low),
        false => 0.0,
    };
    let row = |value: f32| ((high - value) * scale).round() as usize;
    for (number, values) in values.chunks(shared).enumerate() {
        // The bar shows the value farthest from zero.
        let farthest = values
            .iter()
            .copied()
            .max_by(|a, b| a.abs().total_cmp(&b.abs()));
        let value = farthest.unwrap_or(0.0);
        let (top, bottom) = (row(value.max(0.0)), row(value.min(0.0)));
        let width = (zoom - usize::from(zoom > 3)).max(1);
        let size = [width, bottom - top + 1];
        fill(&mut picture, [number * zoom, top], size, BAR);
    }
    picture
}
