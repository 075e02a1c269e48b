//! Tiles with captions, put together to a picture.

use image::{Rgb, RgbImage};

use crate::drawing::{BACKGROUND, GLYPH, TEXT, write};

/// Between tiles, in pixels.
pub const GAP: usize = 10;

/// A small picture with a line below it.
pub struct Tile {
    pub picture: RgbImage,
    pub caption: String,
}

impl Tile {
    /// A map of `size`, width and height, with the numbers of its first and last column and row
    /// beside it.
    pub fn with_axes(map: RgbImage, size: [usize; 2]) -> Self {
        let [right, bottom] = size.map(|side| side.saturating_sub(1).to_string());
        let left = bottom.len() * GLYPH + 2;
        let (width, height) = (map.width() as usize, map.height() as usize);
        let wide = left + width.max((right.len() + 2) * GLYPH);
        let high = height.max(2 * GLYPH) + GLYPH + 2;
        let mut picture = RgbImage::from_pixel(wide as u32, high as u32, BACKGROUND);
        image::imageops::replace(&mut picture, &map, left as i64, 0);
        let below = high - GLYPH;
        write(&mut picture, "0", [left - GLYPH - 2, 0], TEXT);
        if size[1] > 1 {
            let at = height.saturating_sub(GLYPH).max(GLYPH);
            write(&mut picture, &bottom, [0, at], TEXT);
        }
        write(&mut picture, "0", [left, below], TEXT);
        if size[0] > 1 {
            let at = (left + width).saturating_sub(right.len() * GLYPH);
            write(
                &mut picture,
                &right,
                [at.max(left + 2 * GLYPH), below],
                TEXT,
            );
        }
        Self {
            picture,
            caption: String::new(),
        }
    }

    fn size(&self) -> [usize; 2] {
        let width = (self.picture.width() as usize).max(self.caption.chars().count() * GLYPH);
        let line = if self.caption.is_empty() {
            0
        } else {
            GLYPH + 4
        };
        [width, self.picture.height() as usize + line]
    }
}

/// Values of a map, `[height, width]`, between `low` and `high` in the colours of viridis, enlarged
/// to about `side` pixels.
pub fn map(values: &[f32], width: usize, [low, high]: [f32; 2], side: usize) -> RgbImage {
    let height = values.len() / width.max(1);
    let zoom = zoom(height.max(width), side);
    let range = if high > low { high - low } else { 1.0 };
    RgbImage::from_fn((width * zoom) as u32, (height * zoom) as u32, |x, y| {
        let value = values[(y as usize / zoom) * width + x as usize / zoom];
        let color =
            colorous::VIRIDIS.eval_continuous(f64::from((value - low) / range).clamp(0.0, 1.0));
        Rgb([color.r, color.g, color.b])
    })
}

/// Channels `[channels, height, width]` of 8-bit values, one or three, enlarged to about `side`.
pub fn photo(pixels: &[u8], channels: usize, width: usize, side: usize) -> RgbImage {
    let area = pixels.len() / channels.max(1);
    let height = area / width.max(1);
    let zoom = zoom(height.max(width), side);
    RgbImage::from_fn((width * zoom) as u32, (height * zoom) as u32, |x, y| {
        let at = (y as usize / zoom) * width + x as usize / zoom;
        Rgb([0, 1, 2].map(|channel: usize| pixels[channel.min(channels - 1) * area + at]))
    })
}

fn zoom(longest: usize, side: usize) -> usize {
    (side / longest.max(1)).max(1)
}

/// Rows of tiles, each row with a heading of a few lines at its left.
pub fn rows(title: &str, rows: &[(Vec<String>, Vec<Tile>)]) -> RgbImage {
    let columns = rows.iter().map(|(_, tiles)| tiles.len()).max().unwrap_or(0);
    let longest = (rows.iter().flat_map(|(heading, _)| heading))
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let left = if longest == 0 {
        GAP
    } else {
        longest * GLYPH + 2 * GAP
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let tiles = rows.iter().filter_map(|(_, tiles)| tiles.get(column));
            tiles.map(|tile| tile.size()[0]).max().unwrap_or(0)
        })
        .collect();
    let heights: Vec<usize> = (rows.iter())
        .map(|(heading, tiles)| {
            let tallest = tiles.iter().map(|tile| tile.size()[1]).max().unwrap_or(0);
            tallest.max(heading.len() * (GLYPH + 4))
        })
        .collect();
    let top = if title.is_empty() {
        GAP
    } else {
        GLYPH + 2 * GAP
    };
    let width = left + widths.iter().sum::<usize>() + GAP * columns;
    let width = width.max(title.chars().count() * GLYPH + 2 * GAP);
    let height = top + heights.iter().sum::<usize>() + GAP * rows.len();
    let mut picture = RgbImage::from_pixel(width as u32, height as u32, BACKGROUND);
    write(&mut picture, title, [GAP, GAP], TEXT);
    let mut y = top;
    for ((heading, tiles), height) in rows.iter().zip(heights) {
        for (line, text) in heading.iter().enumerate() {
            write(&mut picture, text, [GAP, y + line * (GLYPH + 4)], TEXT);
        }
        let mut x = left;
        for (tile, width) in tiles.iter().zip(&widths) {
            image::imageops::replace(&mut picture, &tile.picture, x as i64, y as i64);
            let below = y + tile.picture.height() as usize + 4;
            write(&mut picture, &tile.caption, [x, below], TEXT);
            x += width + GAP;
        }
        y += height + GAP;
    }
    picture
}
