//! An affine map of an image, by bilinear interpolation.
//!
//! Own code because imageproc's `warp` has no reflecting border and checks the border at every pixel.
//! Here the range of pixels whose four neighbours all lie inside is computed once for a row, and only
//! the rest are checked.

mod bilinear;
mod border;

use std::ops::Range;

use super::affine::Affine;
use crate::pixels::ImageShape;

use bilinear::{FRACTION, blend, weights};
use border::corners;

pub use border::Border;

/// Positions farther away, in pixels, could overflow the 64 bits of a fixed-point number.
const MAX_POSITION: f64 = (1u64 << 30) as f64;

/// Moves `pixels`, 8-bit values `[channels, height, width]`, by `map`, which says where a point goes.
/// A map that turns the image into a line or a point leaves it as it is.
pub fn warp(pixels: &mut [u8], shape: ImageShape, map: Affine, border: Border) {
    if flip(pixels, shape, map) {
        return;
    }
    let Some(inverse) = map.inverse() else { return };
    let (height, width) = (shape.height as f64, shape.width as f64);
    let far = |[a, b, c]: &[f64; 3]| a.abs() * width + b.abs() * height + c.abs() > MAX_POSITION;
    if inverse.matrix.iter().any(far) {
        return;
    }
    let before = pixels.to_vec();
    match shape.channels {
        // Three channels at once: positions and weights are the same for all of them.
        3 => resample::<3>(&before, pixels, shape, inverse, border),
        _ => {
            let area = shape.height * shape.width;
            for (before, pixels) in before.chunks(area).zip(pixels.chunks_mut(area)) {
                resample::<1>(before, pixels, shape, inverse, border);
            }
        }
    }
}

/// Whether `map` does no more than flip the image, or nothing; it is then applied in place, without
/// interpolation.
fn flip(pixels: &mut [u8], shape: ImageShape, map: Affine) -> bool {
    let (height, width) = (shape.height, shape.width);
    // Where the first pixel goes when an axis is flipped.
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
        // Reversing a plane as a whole flips both axes.
        if horizontal != vertical {
            plane.chunks_mut(width).for_each(<[u8]>::reverse);
        }
    }
    true
}

/// Writes to each of `pixels` the value of `before` at the position that `inverse` gives; both have `C`
/// channels.
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

/// The positions that the pixels of a row come from, in fixed-point numbers.
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

/// Writes the pixels `inside` of a row of every channel.
fn interpolate<const C: usize>(
    planes: [&[u8]; C],
    width: usize,
    line: Line,
    inside: Range<usize>,
    rows: &mut [&mut [u8]; C],
) {
    let [mut x, mut y] = line.at(inside.start);
    for column in inside {
        let corner = (y >> FRACTION) as usize * width + (x >> FRACTION) as usize;
        let weights = weights([x, y]);
        for (plane, row) in planes.iter().zip(rows.iter_mut()) {
            let near = &plane[corner..corner + width + 2];
            let around = [near[0], near[1], near[width], near[width + 1]];
            row[column] = blend(around, weights);
        }
        x += line.step[0];
        y += line.step[1];
    }
}
