//! Anti-aliased shapes, painted pixel by pixel.
//!
//! tiny-skia turns outlines into coverage (integer arithmetic, the same on every machine); the
//! colour of each pixel is computed here, so that a fabric or a coat can be any function of the
//! place, and images can have one channel or three.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Path, PathBuilder, Stroke, Transform};

use super::{
    ink::Paint,
    outline::{Corner, capsule, ellipse},
    pose::Pose,
};
use crate::pixels::ImageShape;

/// An image being drawn; starts black.
pub struct Canvas {
    shape: ImageShape,
    pose: Pose,
    /// `[channels, height, width]`, 0 to 1.
    pixels: Vec<f32>,
    /// Coverage of the shape being painted; absent only for an image without pixels.
    mask: Option<Mask>,
}

impl Canvas {
    /// A black image of size `shape`; shapes are placed by `pose`.
    pub fn new(shape: ImageShape, pose: Pose) -> Self {
        let mask = Mask::new(shape.width as u32, shape.height as u32);
        Self {
            shape,
            pose,
            pixels: vec![0.0; shape.len()],
            mask,
        }
    }

    /// Uses another pose for what is drawn from here on.
    pub fn set_pose(&mut self, pose: Pose) {
        self.pose = pose;
    }

    /// Paints every pixel.
    pub fn flood(&mut self, paint: impl Paint) {
        let (height, width) = (self.shape.height, self.shape.width);
        for row in 0..height {
            for column in 0..width {
                self.blend(row, column, 1.0, &paint);
            }
        }
    }

    /// Paints the inside of a closed outline.
    pub fn fill(&mut self, outline: &[Corner], paint: impl Paint) {
        if let Some(path) = self.path(outline, true) {
            self.cover(&path, &paint);
        }
    }

    /// Paints an ellipse with its axes along `x` and `y`.
    pub fn ellipse(&mut self, centre: (f32, f32), radii: (f32, f32), paint: impl Paint) {
        self.fill(&ellipse(centre, radii), paint);
    }

    /// Paints a round-ended line of the given width (model units) through `corners`.
    pub fn stroke(&mut self, corners: &[Corner], width: f32, paint: impl Paint) {
        // Most lines are straight, and a straight one is much cheaper to fill than to stroke.
        if let &[(from_x, from_y, _), (to_x, to_y, _)] = corners {
            self.fill(&capsule((from_x, from_y), (to_x, to_y), width), paint);
        } else {
            self.stroke_path(corners, false, width, &paint);
        }
    }

    /// Paints the border of a closed outline.
    pub fn ring(&mut self, outline: &[Corner], width: f32, paint: impl Paint) {
        self.stroke_path(outline, true, width, &paint);
    }

    fn stroke_path(&mut self, corners: &[Corner], closed: bool, width: f32, paint: &impl Paint) {
        let stroke = Stroke {
            width: width * self.pose.pixels_per_unit(),
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        if let Some(path) = self
            .path(corners, closed)
            .and_then(|path| path.stroke(&stroke, 1.0))
        {
            self.cover(&path, paint);
        }
    }

    /// The outline in pixels; `None` when there is nothing to draw.
    fn path(&self, corners: &[Corner], closed: bool) -> Option<Path> {
        let count = corners.len();
        let (first, last) = (*corners.first()?, *corners.last()?);
        let mut builder = PathBuilder::with_capacity(2 * count + 2, 3 * count + 2);
        let place = |x: f32, y: f32| self.pose.to_pixels(x, y);
        for (index, &(x, y, round)) in corners.iter().enumerate() {
            let end = !closed && (index == 0 || index + 1 == count);
            let round = if end { 0.0 } else { round };
            let towards = |(to_x, to_y, _): Corner| {
                place(x + (to_x - x) * round / 2.0, y + (to_y - y) * round / 2.0)
            };
            let before = if index == 0 { last } else { corners[index - 1] };
            let after = corners.get(index + 1).copied().unwrap_or(first);
            let (start_x, start_y) = towards(before);
            if index == 0 {
                builder.move_to(start_x, start_y);
            } else {
                builder.line_to(start_x, start_y);
            }
            if round > 0.0 {
                let (corner_x, corner_y) = place(x, y);
                let (stop_x, stop_y) = towards(after);
                builder.quad_to(corner_x, corner_y, stop_x, stop_y);
            }
        }
        if closed {
            builder.close();
        }
        builder.finish()
    }

    fn cover(&mut self, path: &Path, paint: &impl Paint) {
        let Some(mut mask) = self.mask.take() else {
            return;
        };
        mask.clear();
        mask.fill_path(path, FillRule::Winding, true, Transform::identity());
        let bounds = path.bounds();
        let within = |low: f32, high: f32, size: usize| {
            (low.floor().max(0.0) as usize).min(size)..(high.ceil().max(0.0) as usize).min(size)
        };
        for row in within(bounds.top(), bounds.bottom(), self.shape.height) {
            for column in within(bounds.left(), bounds.right(), self.shape.width) {
                let coverage = mask.data()[row * self.shape.width + column];
                if coverage > 0 {
                    self.blend(row, column, f32::from(coverage) / 255.0, paint);
                }
            }
        }
        self.mask = Some(mask);
    }

    fn blend(&mut self, row: usize, column: usize, coverage: f32, paint: &impl Paint) {
        let (x, y) = self.pose.to_model(column as f32 + 0.5, row as f32 + 0.5);
        let ink = paint.at(x, y);
        let area = self.shape.height * self.shape.width;
        let planes = self.pixels.chunks_exact_mut(area);
        for (plane, value) in planes.zip(ink.colour) {
            let pixel = &mut plane[row * self.shape.width + column];
            *pixel += (value - *pixel) * (coverage * ink.opacity);
        }
    }

    /// Multiplies every pixel by a brightness that falls off along a random direction.
    ///
    /// `depth` is the relative difference between the two sides.
    pub fn light(&mut self, rng: &mut ChaCha8Rng, gain: f32, depth: f32) {
        let (across, down) = (
            rng.random_range(-1.0..1.0f32),
            rng.random_range(-1.0..1.0f32),
        );
        let (height, width) = (self.shape.height, self.shape.width);
        for plane in self.pixels.chunks_exact_mut(height * width) {
            for (row, line) in plane.chunks_exact_mut(width).enumerate() {
                let y = row as f32 / height as f32 - 0.5;
                for (column, pixel) in line.iter_mut().enumerate() {
                    let x = column as f32 / width as f32 - 0.5;
                    *pixel *= gain * (1.0 + depth * (across * x + down * y));
                }
            }
        }
    }

    /// Adds noise of standard deviation `sigma` to every value.
    pub fn grain(&mut self, rng: &mut ChaCha8Rng, sigma: f32) {
        // The sum of four bytes is close enough to a normal variable, and needs one draw.
        const MEAN: f32 = 4.0 * 127.5;
        const DEVIATION: f32 = 147.8;
        for pixel in &mut self.pixels {
            let bytes = rng.random::<u32>().to_le_bytes();
            let sum: u16 = bytes.iter().map(|&byte| u16::from(byte)).sum();
            *pixel += sigma * (f32::from(sum) - MEAN) / DEVIATION;
        }
    }

    /// The image, `[channels, height, width]`, 8-bit.
    pub fn into_bytes(self) -> Vec<u8> {
        // `as u8` saturates, so values outside 0 to 1 are clipped.
        self.pixels
            .iter()
            .map(|value| (value * 255.0 + 0.5) as u8)
            .collect()
    }
}

#[cfg(test)]
mod tests;
