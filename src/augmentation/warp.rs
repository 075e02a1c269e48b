//! All movements of an image in one bilinear resampling.
//!
//! Own code because imageproc's `warp` has no reflecting border and checks the border at every
//! pixel; most pixels have their four neighbours inside, and each row tells which.

use std::ops::Range;

use super::affine::Affine;
use super::config::Fill;
use crate::pixels::ImageShape;

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

/// Farthest place that is looked at, in pixels: positions then fit their 64 bits.
const FARTHEST: f64 = (1u64 << 30) as f64;

/// Moves `pixels`, 8-bit values `[channels, height, width]`, by `map`, which says where a point
/// goes; values between pixels are interpolated bilinearly. A map that flattens the image to a line
/// leaves it as it is.
pub fn warp(pixels: &mut [u8], shape: ImageShape, map: Affine, border: Border) {
    if mirror(pixels, shape, map) {
        return;
    }
    let Some(inverse) = map.inverse() else { return };
    let (height, width) = (shape.height as f64, shape.width as f64);
    let far = |[a, b, c]: &[f64; 3]| a.abs() * width + b.abs() * height + c.abs() > FARTHEST;
    if inverse.matrix.iter().any(far) {
        return;
    }
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
            let corners = corners(shape, line.at(x), border.fill);
            for (plane, row) in planes.iter().zip(rows.iter_mut()) {
                row[x] = corners.blend(plane, border.level);
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
fn weights([x, y]: [i64; 2]) -> [i32; 2] {
    let weight = |at: i64| ((at as u32) >> (FRACTION - WEIGHT)) as i32;
    [weight(x), weight(y)]
}

/// The value between what is above left, above right, below left and below right.
#[inline(always)]
fn blend([above_left, above_right, below_left, below_right]: [u8; 4], weights: [i32; 2]) -> u8 {
    let [right, down] = weights;
    // Not `array::map`, whose closure the compiler does not always inline.
    let along = |left: u8, next: u8| {
        (i32::from(left) << WEIGHT) + (i32::from(next) - i32::from(left)) * right
    };
    let (above, below) = (
        along(above_left, above_right),
        along(below_left, below_right),
    );
    let sum = (above << WEIGHT) + (below - above) * down;
    ((sum + (1 << (2 * WEIGHT - 1))) >> (2 * WEIGHT)) as u8
}

/// Where the four pixels around a place are in a plane.
struct Corners {
    /// [`BEYOND`] for what is not in the image.
    places: [usize; 4],
    weights: [i32; 2],
}

const BEYOND: usize = usize::MAX;

impl Corners {
    #[inline(always)]
    fn blend(&self, plane: &[u8], level: u8) -> u8 {
        let at = |place: usize| plane.get(place).copied().unwrap_or(level);
        let [one, two, three, four] = self.places;
        blend([at(one), at(two), at(three), at(four)], self.weights)
    }
}

/// The pixels around a place that may lie beyond the border.
#[inline(always)]
fn corners(shape: ImageShape, [x, y]: [i64; 2], fill: Fill) -> Corners {
    if fill == Fill::Constant {
        return corners_inside(shape, [x, y]);
    }
    let (x, y) = (seen(x, shape.width, fill), seen(y, shape.height, fill));
    let (left, above) = ((x >> FRACTION) as usize, (y >> FRACTION) as usize);
    let right = (left + 1).min(shape.width - 1);
    let below = (above + 1).min(shape.height - 1) * shape.width;
    let above = above * shape.width;
    Corners {
        places: [above + left, above + right, below + left, below + right],
        weights: weights([x, y]),
    }
}

/// The pixels around a place as far as there are any.
fn corners_inside(shape: ImageShape, [x, y]: [i64; 2]) -> Corners {
    let (left, above) = (x >> FRACTION, y >> FRACTION);
    let place = |row: i64, column: i64| {
        let row_is = (0..shape.height as i64).contains(&row);
        let column_is = (0..shape.width as i64).contains(&column);
        match row_is && column_is {
            true => row as usize * shape.width + column as usize,
            false => BEYOND,
        }
    };
    Corners {
        places: [
            place(above, left),
            place(above, left + 1),
            place(above + 1, left),
            place(above + 1, left + 1),
        ],
        weights: weights([x, y]),
    }
}

/// The place along an axis of `side` pixels that is seen at `at`.
#[inline(always)]
fn seen(at: i64, side: usize, fill: Fill) -> i64 {
    let (side, one) = (side as i64, 1i64 << FRACTION);
    let at = match fill {
        Fill::Reflect if at <= -one || at >= side * one => fold(at, side * one),
        _ => at,
    };
    // Between the last pixel and the same one beyond the border, nothing changes.
    at.clamp(0, (side - 1) * one)
}

/// The place that is seen at `at` in a mirror half a pixel before the first of pixels `side` long,
/// and in another half a pixel behind the last.
fn fold(at: i64, side: i64) -> i64 {
    let half = 1i64 << (FRACTION - 1);
    let from_mirror = (at + half).rem_euclid(2 * side);
    from_mirror.min(2 * side - from_mirror) - half
}
