//! Pixels at the border and beyond it.

use crate::augmentation::config::Fill;
use crate::pixels::ImageShape;

use super::bilinear::{FRACTION, blend, weights};

/// What lies beyond the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    pub fill: Fill,
    /// The grey level of [`Fill::Constant`].
    pub level: u8,
}

/// The four pixels around a position.
pub struct Corners {
    /// Where they are in a plane; [`BEYOND`] for those that are not in the image.
    indices: [usize; 4],
    weights: [i32; 2],
}

const BEYOND: usize = usize::MAX;

impl Corners {
    /// The value between them in `plane`; pixels beyond the border have `level`.
    #[inline(always)]
    pub fn blend(&self, plane: &[u8], level: u8) -> u8 {
        let at = |index: usize| plane.get(index).copied().unwrap_or(level);
        let [one, two, three, four] = self.indices;
        blend([at(one), at(two), at(three), at(four)], self.weights)
    }
}

/// The pixels around a position that may lie beyond the border.
#[inline(always)]
pub fn corners(shape: ImageShape, [x, y]: [i64; 2], fill: Fill) -> Corners {
    if fill == Fill::Constant {
        return corners_inside(shape, [x, y]);
    }
    let (x, y) = (source(x, shape.width, fill), source(y, shape.height, fill));
    let (left, above) = ((x >> FRACTION) as usize, (y >> FRACTION) as usize);
    let right = (left + 1).min(shape.width - 1);
    let below = (above + 1).min(shape.height - 1) * shape.width;
    let above = above * shape.width;
    Corners {
        indices: [above + left, above + right, below + left, below + right],
        weights: weights([x, y]),
    }
}

/// The pixels around a position, those beyond the border left out.
fn corners_inside(shape: ImageShape, [x, y]: [i64; 2]) -> Corners {
    let (left, above) = (x >> FRACTION, y >> FRACTION);
    let index = |row: i64, column: i64| {
        let is_row = (0..shape.height as i64).contains(&row);
        let is_column = (0..shape.width as i64).contains(&column);
        match is_row && is_column {
            true => row as usize * shape.width + column as usize,
            false => BEYOND,
        }
    };
    Corners {
        indices: [
            index(above, left),
            index(above, left + 1),
            index(above + 1, left),
            index(above + 1, left + 1),
        ],
        weights: weights([x, y]),
    }
}

/// The position inside an axis of `side` pixels whose value `fill` puts at position `at`.
#[inline(always)]
fn source(at: i64, side: usize, fill: Fill) -> i64 {
    let (side, one) = (side as i64, 1i64 << FRACTION);
    let at = match fill {
        Fill::Reflect if at <= -one || at >= side * one => fold(at, side * one),
        _ => at,
    };
    // Between the last pixel and its own reflection the value is constant.
    at.clamp(0, (side - 1) * one)
}

/// Reflects position `at` into an axis of length `side`, as often as needed: the mirrors are half a
/// pixel before the first pixel and half a pixel behind the last.
fn fold(at: i64, side: i64) -> i64 {
    let half = 1i64 << (FRACTION - 1);
    let from_mirror = (at + half).rem_euclid(2 * side);
    from_mirror.min(2 * side - from_mirror) - half
}
