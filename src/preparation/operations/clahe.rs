//! Contrast-limited adaptive histogram equalisation.

use image::GrayImage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::color::on_luma;
use crate::preparation::levels::Levels;
use crate::preparation::pictures::Pictures;
use crate::preparation::setting::{SettingError, within};
use crate::preparation::transform::Transform;

/// Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994) with OpenCV's
/// results; on colour, of the luma of YCbCr.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Clahe {
    /// Most pixels of a grey level in a tile, as a multiple of their mean over all levels; 0 for no
    /// limit. A higher limit gives more contrast, and more noise.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub clip_limit: f64,
    /// Tiles in a row and in a column; each is equalised by itself.
    #[schemars(range(min = 1, max = 64))]
    pub tiles: u32,
}

impl Default for Clahe {
    fn default() -> Self {
        Self {
            clip_limit: 2.0,
            tiles: 8,
        }
    }
}

impl Transform for Clahe {
    fn example() -> &'static str {
        "{ clip_limit = 3.0, tiles = 4 }"
    }

    fn check(&self) -> Result<(), SettingError> {
        within("clip_limit", self.clip_limit, 0.0..=1000.0)?;
        within("tiles", self.tiles, 1..=64)
    }

    fn apply(&self, pictures: &mut Pictures) {
        pictures.replace(|picture| on_luma(picture, |image| self.equalized(&image)));
    }
}

impl Clahe {
    fn equalized(&self, image: &GrayImage) -> GrayImage {
        let (width, height) = image.dimensions();
        let extended = (
            self.extension(width, width, height),
            self.extension(height, width, height),
        );
        let tile = (extended.0 / self.tiles, extended.1 / self.tiles);
        let tables: Vec<Levels> = (0..self.tiles * self.tiles)
            .map(|index| self.table(image, (index % self.tiles, index / self.tiles), tile))
            .collect();
        let columns: Vec<Between> = self.between(width, tile.0);
        let rows: Vec<Between> = self.between(height, tile.1);
        let table = |row: usize, column: usize| &tables[row * self.tiles as usize + column];
        GrayImage::from_fn(width, height, |x, y| {
            let value = usize::from(image.get_pixel(x, y)[0]);
            let (x, y) = (&columns[x as usize], &rows[y as usize]);
            let mixed = |row: usize| {
                let (first, second) = (table(row, x.first)[value], table(row, x.second)[value]);
                f32::from(first) * (1.0 - x.share) + f32::from(second) * x.share
            };
            let level = mixed(y.first) * (1.0 - y.share) + mixed(y.second) * y.share;
            [level.round_ties_even() as u8].into()
        })
    }

    /// The side after padding. As OpenCV does, both sides are padded where only one does not divide into
    /// tiles; the one that does gets a pixel more for each tile.
    fn extension(&self, side: u32, width: u32, height: u32) -> u32 {
        let divides = [width, height]
            .iter()
            .all(|side| side.is_multiple_of(self.tiles));
        match divides {
            true => side,
            false => side + self.tiles - side % self.tiles,
        }
    }

    /// The new levels in the tile at `(column, row)` of `(width, height)`.
    fn table(
        &self,
        image: &GrayImage,
        (column, row): (u32, u32),
        (width, height): (u32, u32),
    ) -> Levels {
        let mut counts = [0u32; 256];
        for y in row * height..(row + 1) * height {
            let y = reflected(y, image.height());
            for x in column * width..(column + 1) * width {
                let x = reflected(x, image.width());
                counts[usize::from(image.get_pixel(x, y)[0])] += 1;
            }
        }
        let area = width * height;
        if self.clip_limit > 0.0 {
            let limit = (self.clip_limit * f64::from(area) / 256.0) as u32;
            clip(&mut counts, limit.max(1));
        }
        let scale = 255.0 / area as f32;
        let mut sum = 0;
        counts.map(|count| {
            sum += count;
            (sum as f32 * scale).round_ties_even() as u8
        })
    }

    /// The tiles to interpolate between at each position along a side.
    fn between(&self, side: u32, tile: u32) -> Vec<Between> {
        let per_pixel = 1.0 / tile as f32;
        let place = |position: u32| {
            let place = position as f32 * per_pixel - 0.5;
            let first = place.floor();
            Between {
                first: first.max(0.0) as usize,
                second: (first as i64 + 1).clamp(0, i64::from(self.tiles) - 1) as usize,
                share: place - first,
            }
        };
        (0..side).map(place).collect()
    }
}

/// Two neighbouring tiles, and the weight of the second.
struct Between {
    first: usize,
    second: usize,
    share: f32,
}

/// Cuts counts above `limit` and adds what was cut off to all levels: the same to each, and the rest
/// one by one to levels at even distances.
fn clip(counts: &mut [u32; 256], limit: u32) {
    let mut cut = 0;
    for count in counts.iter_mut() {
        cut += count.saturating_sub(limit);
        *count = (*count).min(limit);
    }
    let (each, rest) = (cut / 256, cut as usize % 256);
    counts.iter_mut().for_each(|count| *count += each);
    if let Some(step) = 256usize.checked_div(rest) {
        let levels = counts.iter_mut().step_by(step).take(rest);
        levels.for_each(|count| *count += 1);
    }
}

/// Reflects a position beyond a side of `length` at the last pixel, which is not repeated.
fn reflected(position: u32, length: u32) -> u32 {
    let period = (2 * (length - 1)).max(1);
    let position = position % period;
    match position < length {
        true => position,
        false => period - position,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_beyond_the_border_are_mirrored_as_often_as_needed() {
        let of_three = [0, 1, 2, 1, 0, 1, 2, 1];
        for (position, expected) in of_three.into_iter().enumerate() {
            assert_eq!(reflected(position as u32, 3), expected, "{position}");
        }
        assert_eq!([0, 1, 9].map(|position| reflected(position, 1)), [0; 3]);
    }

    #[test]
    fn what_is_clipped_is_added_elsewhere_and_nothing_is_lost() {
        let mut counts = [0; 256];
        (counts[7], counts[9]) = (1_000, 3);
        clip(&mut counts, 10);
        assert_eq!(counts.iter().sum::<u32>(), 1_003);
        // 990 were cut: 3 for each level, 222 for every level from the first on.
        assert_eq!(
            (counts[7], counts[9], counts[100], counts[255]),
            (14, 7, 4, 3)
        );
    }
}
