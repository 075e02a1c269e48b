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
    if mirror(pixels, shape, map) {
        return;
    }
    let Some(inverse) = map.inverse() else { return };
    let before = pixels.to_vec();
    match shape.channels {
        // What a pixel's channels share is then worked out once.
        3 => resample::<3>(&before, pixels, shape, inverse, border),
        _ => {
            let area = shape.height * shape.width;
            for (before, pixels) in before.chunks(area).zip(pixels.chunks_mut(area)) {
                resample::<1>(before, pixels, shape, inverse, border);
            }
        }
    }
}

/// Mirrors in place, or leaves the image alone, where that is all `map` does.
fn mirror(pixels: &mut [u8], shape: ImageShape, map: Affine) -> bool {
    let (height, width) = (shape.height, shape.width);
    // Where the first pixel goes when an axis is mirrored.
    let [right, bottom] = [width, height].map(|side| side as f64 - 1.0);
    let [[a, b, c], [d, e, f]] = map.matrix;
    let (horizontal, vertical) = match ((a, c), (e, f)) {
        _ if (b, d) != (0.0, 0.0) => return false,
        ((1.0, 0.0), (1.0, 0.0)) => (false, false),
        ((-1.0, c), (1.0, 0.0)) if c == right => (true, false),
        ((1.0, 0.0), (-1.0, f)) if f == bottom => (false, true),
        ((-1.0, c), (-1.0, f)) if (c, f) == (right, bottom) => (true, true),
        _ => return false,
    };
    for plane in pixels.chunks_mut(height * width) {
        if vertical {
            plane.reverse();
        }
        // A plane that was reversed as a whole has its rows reversed as well.
        if horizontal != vertical {
            plane.chunks_mut(width).for_each(<[u8]>::reverse);
        }
    }
    true
}

/// Writes to `pixels` what `inverse` finds in `before`; both have `C` channels.
fn resample<const C: usize>(
    before: &[u8],
    pixels: &mut [u8],
    shape: ImageShape,
    inverse: Affine,
    border: Border,
) {
    let (width, area) = (shape.width, shape.height * shape.width);
    let planes: [&[u8]; C] = std::array::from_fn(|channel| &before[channel * area..][..area]);
    let fixed = |value: f64| (value * (1u64 << FRACTION) as f64).round() as i64;
    let [[a, b, c], [d, e, f]] = inverse.matrix;
    let step = [fixed(a), fixed(d)];
    for y in 0..shape.height {
        let start = [fixed(b * y as f64 + c), fixed(e * y as f64 + f)];
        let line = Line { start, step };
        let inside = line.inside(shape);
        let mut rest = &mut pixels[y * width..];
        let mut rows: [&mut [u8]; C] = std::array::from_fn(|_| {
            let (row, after) = std::mem::take(&mut rest).split_at_mut(width);
            rest = after.get_mut(area - width..).unwrap_or_default();
            row
        });
        for x in (0..inside.start).chain(inside.end..width) {
            let values = sample(planes, shape, line.at(x), border);
            for (row, value) in rows.iter_mut().zip(values) {
                row[x] = value;
            }
        }
        interpolate(planes, width, line, inside, &mut rows);
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

/// Writes the pixels `inside` of the rows of all channels.
fn interpolate<const C: usize>(
    planes: [&[u8]; C],
    width: usize,
    line: Line,
    inside: Range<usize>,
    rows: &mut [&mut [u8]; C],
) {
    let [mut x, mut y] = line.at(inside.start);
    for place in inside {
        let corner = (y >> FRACTION) as usize * width + (x >> FRACTION) as usize;
        let weights = weights([x, y]);
        for (plane, row) in planes.iter().zip(rows.iter_mut()) {
            let near = &plane[corner..corner + width + 2];
            let around = [near[0], near[1], near[width], near[width + 1]];
            row[place] = blend(around, weights);
        }
        x += line.step[0];
        y += line.step[1];
    }
}

/// The shares of what is right and below of a place.
#[inline(always)]
fn weights(place: [i64; 2]) -> [i32; 2] {
    place.map(|at| ((at as u32) >> (FRACTION - WEIGHT)) as i32)
}

/// The value between what is above left, above right, below left and below right.
#[inline(always)]
fn blend(around: [u8; 4], [right, down]: [i32; 2]) -> u8 {
    let [above_left, above_right, below_left, below_right] = around.map(i32::from);
    let above = (above_left << WEIGHT) + (above_right - above_left) * right;
    let below = (below_left << WEIGHT) + (below_right - below_left) * right;
    let sum = (above << WEIGHT) + (below - above) * down;
    ((sum + (1 << (2 * WEIGHT - 1))) >> (2 * WEIGHT)) as u8
}

/// The values of all channels at a place that may lie beyond the border.
#[inline(always)]
fn sample<const C: usize>(
    planes: [&[u8]; C],
    shape: ImageShape,
    place: [i64; 2],
    border: Border,
) -> [u8; C] {
    let sides = [shape.width, shape.height];
    let one = 1i64 << FRACTION;
    let beyond = |axis: usize| place[axis] <= -one || place[axis] >= (sides[axis] as i64) * one;
    if border.fill == Fill::Constant {
        return match beyond(0) || beyond(1) {
            true => [border.level; C],
            false => rim(planes, shape, place, border.level),
        };
    }
    let [x, y] = [0, 1].map(|axis| {
        let at = match border.fill {
            Fill::Reflect if beyond(axis) => fold(place[axis], sides[axis] as i64 * one),
            _ => place[axis],
        };
        // Between the last pixel and the same one beyond the border, nothing changes.
        at.clamp(0, (sides[axis] as i64 - 1) * one)
    });
    let [left, above] = [x, y].map(|at| (at >> FRACTION) as usize);
    let right = (left + 1).min(shape.width - 1);
    let [above, below] = [above, (above + 1).min(shape.height - 1)].map(|row| row * shape.width);
    let weights = weights([x, y]);
    planes.map(|plane| {
        let corners = [above + left, above + right, below + left, below + right];
        blend(corners.map(|corner| plane[corner]), weights)
    })
}

/// The place that is seen at `at` in a mirror half a pixel before the first of pixels `side` long,
/// and in another half a pixel behind the last.
fn fold(at: i64, side: i64) -> i64 {
    let half = 1i64 << (FRACTION - 1);
    let from_mirror = (at + half).rem_euclid(2 * side);
    from_mirror.min(2 * side - from_mirror) - half
}

/// The values at a place less than a pixel beyond the border, where `level` is.
fn rim<const C: usize>(
    planes: [&[u8]; C],
    shape: ImageShape,
    place: [i64; 2],
    level: u8,
) -> [u8; C] {
    let [x, y] = place.map(|at| at >> FRACTION);
    let corners = [(y, x), (y, x + 1), (y + 1, x), (y + 1, x + 1)];
    planes.map(|plane| {
        let around = corners.map(|(y, x)| {
            let inside =
                (0..shape.height as i64).contains(&y) && (0..shape.width as i64).contains(&x);
            match inside {
                true => plane[y as usize * shape.width + x as usize],
                false => level,
            }
        });
        blend(around, weights(place))
    })
}
