//! All movements of an image in one bilinear resampling.
//!
//! Own code because imageproc's `warp` has no reflecting border and checks the border at every
//! pixel; most pixels have their four neighbours inside, and each row tells which.

use std::ops::Range;

use super::affine::Affine;
use super::config::Fill;
use crate::data::ImageShape;

/// Fractional bits of a position: rounding the step between two pixels moves the last of 65,535
/// by less than a hundred-thousandth of a pixel.
const FRACTION: u32 = 32;
/// Bits of a weight; two of them and a grey level fit 32 bits.
const WEIGHT: u32 = 11;

/// What is beyond the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    pub fill: Fill,
    /// The grey level of [`Fill::Constant`].
    pub level: u8,
}

/// Moves `pixels`, 8-bit values `[channels, height, width]`, by `map`, which says where a point
/// goes; values between pixels are interpolated bilinearly.
pub fn warp(pixels: &mut [u8], shape: ImageShape, map: Affine, border: Border) {
    let Some(inverse) = map.inverse() else { return };
    if map == Affine::IDENTITY {
        return;
    }
    let area = shape.height * shape.width;
    let before = pixels.to_vec();
    let fixed = |value: f64| (value * (1u64 << FRACTION) as f64).round() as i64;
    let [[a, b, c], [d, e, f]] = inverse.matrix;
    let step = [fixed(a), fixed(d)];
    for y in 0..shape.height {
        let start = [fixed(b * y as f64 + c), fixed(e * y as f64 + f)];
        let line = Line { start, step };
        let inside = line.inside(shape);
        let planes = before.chunks(area).zip(pixels.chunks_mut(area));
        for (plane, out) in planes {
            let row = &mut out[y * shape.width..][..shape.width];
            let outside = (0..inside.start).chain(inside.end..shape.width);
            for x in outside {
                row[x] = sample(plane, shape, line.at(x), border);
            }
            interpolate(plane, shape.width, line, inside.clone(), row);
        }
    }
}

/// Where the pixels of a row come from.
#[derive(Clone, Copy)]
struct Line {
    /// Of the first pixel, `[x, y]`.
    start: [i64; 2],
    /// From one pixel to the next.
    step: [i64; 2],
}

impl Line {
    fn at(self, x: usize) -> [i64; 2] {
        [0, 1].map(|axis| self.start[axis] + self.step[axis] * x as i64)
    }

    /// The pixels whose four neighbours are all in the image.
    fn inside(self, shape: ImageShape) -> Range<usize> {
        let sides = [shape.width, shape.height];
        let [one, two] = [0, 1].map(|axis| {
            let most = ((sides[axis] - 1) as i64) << FRACTION;
            between(self.start[axis], self.step[axis], most)
        });
        let clip = |value: i64| value.clamp(0, shape.width as i64) as usize;
        let start = clip(one.start.max(two.start));
        start..clip(one.end.min(two.end)).max(start)
    }
}

/// The whole numbers `n` with `0 <= start + n * step < most`.
fn between(start: i64, step: i64, most: i64) -> Range<i64> {
    let up = |value: i64, by: i64| -(-value).div_euclid(by);
    match step {
        0 if (0..most).contains(&start) => 0..i64::MAX,
        0 => 0..0,
        1.. => up(-start, step)..up(most - start, step),
        _ => (start - most).div_euclid(-step) + 1..start.div_euclid(-step) + 1,
    }
}

/// Writes the pixels `inside` of a row.
fn interpolate(plane: &[u8], width: usize, line: Line, inside: Range<usize>, row: &mut [u8]) {
    let [mut x, mut y] = line.at(inside.start);
    for out in &mut row[inside] {
        let corner = (y >> FRACTION) as usize * width + (x >> FRACTION) as usize;
        let near = &plane[corner..corner + width + 2];
        *out = blend([near[0], near[1], near[width], near[width + 1]], [x, y]);
        x += line.step[0];
        y += line.step[1];
    }
}

/// The value at `[x, y]` of what is above left, above right, below left and below right of it.
#[inline(always)]
fn blend(around: [u8; 4], place: [i64; 2]) -> u8 {
    const ONE: u32 = 1 << WEIGHT;
    let [right, down] = place.map(|at| (at as u32) >> (FRACTION - WEIGHT));
    let [above_left, above_right, below_left, below_right] = around.map(u32::from);
    let above = above_left * (ONE - right) + above_right * right;
    let below = below_left * (ONE - right) + below_right * right;
    let sum = above * (ONE - down) + below * down;
    ((sum + (1 << (2 * WEIGHT - 1))) >> (2 * WEIGHT)) as u8
}

/// The value at a place that may lie beyond the border.
fn sample(plane: &[u8], shape: ImageShape, place: [i64; 2], border: Border) -> u8 {
    let [x, y] = place.map(|at| at >> FRACTION);
    let level = |x: i64, y: i64| {
        let column = within(x, shape.width, border.fill);
        let row = within(y, shape.height, border.fill);
        match (row, column) {
            (Some(row), Some(column)) => plane[row * shape.width + column],
            _ => border.level,
        }
    };
    let around = [
        level(x, y),
        level(x + 1, y),
        level(x, y + 1),
        level(x + 1, y + 1),
    ];
    blend(around, place)
}

/// The row or column that is seen at `place`.
fn within(place: i64, side: usize, fill: Fill) -> Option<usize> {
    let last = side as i64 - 1;
    match fill {
        Fill::Nearest => Some(place.clamp(0, last) as usize),
        Fill::Constant => (0..=last).contains(&place).then_some(place as usize),
        Fill::Reflect => {
            let place = place.rem_euclid(2 * side as i64) as usize;
            Some(place.min(2 * side - 1 - place))
        }
    }
}
