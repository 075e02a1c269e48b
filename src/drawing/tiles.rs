//! Small images with captions, arranged in rows.

use image::RgbImage;

use super::text::{BACKGROUND, GLYPH, TEXT, write};

/// Space between tiles, in pixels.
const GAP: usize = 10;

/// A small image with a caption below it.
pub struct Tile {
    pub picture: RgbImage,
    pub caption: String,
}

impl Tile {
    /// A map of `size` `[width, height]` in values, with the numbers of its first and last column
    /// and row along its sides.
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

/// Arranges tiles in rows below a title; each row has a heading of a few lines on its left.
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
