//! Text in a bitmap font, and filled rectangles.

use font8x8::legacy::BASIC_LEGACY;
use image::{Rgb, RgbImage};

pub const BACKGROUND: Rgb<u8> = Rgb([24, 24, 27]);
pub const TEXT: Rgb<u8> = Rgb([228, 228, 231]);
/// Side of a character in pixels.
pub const GLYPH: usize = 8;

/// Writes `text` with its upper left corner at `[left, top]`. Text beyond the border is cut off,
/// and characters that the font lacks become question marks.
pub fn write(picture: &mut RgbImage, text: &str, [left, top]: [usize; 2], color: Rgb<u8>) {
    for (position, character) in text.chars().enumerate() {
        let glyph = BASIC_LEGACY
            .get(character as usize)
            .unwrap_or(&BASIC_LEGACY['?' as usize]);
        for (y, row) in glyph.iter().enumerate() {
            for x in (0..GLYPH).filter(|x| row >> x & 1 == 1) {
                let (x, y) = (left + position * GLYPH + x, top + y);
                if x < picture.width() as usize && y < picture.height() as usize {
                    picture.put_pixel(x as u32, y as u32, color);
                }
            }
        }
    }
}

/// Fills a rectangle: `start` is `[left, top]` and `size` `[width, height]`, cut off at the border.
pub fn fill(picture: &mut RgbImage, start: [usize; 2], size: [usize; 2], color: Rgb<u8>) {
    let end = |axis: usize, limit: u32| (start[axis] + size[axis]).min(limit as usize);
    for y in start[1]..end(1, picture.height()) {
        for x in start[0]..end(0, picture.width()) {
            picture.put_pixel(x as u32, y as u32, color);
        }
    }
}
