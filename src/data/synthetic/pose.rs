//! Where a drawing lands in its image: the map from model coordinates to pixels.
//!
//! Drawings are written in model coordinates (`x` to the right, `y` down, both about `-1..1`);
//! everything that makes two images of one class differ in position, size, angle and smooth
//! distortion is decided here, once, instead of in every drawing.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::pixels::ImageShape;

/// How far poses may stray from upright, centred and full size; each range is symmetric.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// Smallest and largest half extent, as a fraction of half the image.
    pub scale: (f32, f32),
    /// Largest relative difference between the scales in `x` and `y`.
    pub stretch: f32,
    /// Largest rotation, in turns.
    pub turn: f32,
    /// Largest horizontal shear.
    pub shear: f32,
    /// Largest shift, as a fraction of half the image.
    pub shift: f32,
    /// Largest displacement by the smooth distortion, in model units.
    pub wobble: f32,
    /// Probability of a left-right mirrored drawing.
    pub mirror: f64,
}

/// A map from model coordinates to pixels: a smooth distortion followed by an affine map.
#[derive(Debug, Clone)]
pub struct Pose {
    matrix: [[f32; 2]; 2],
    inverse: [[f32; 2]; 2],
    centre: [f32; 2],
    /// One wave per axis: displacement, cycles along `x`, cycles along `y`, phase in turns.
    wobble: [[f32; 4]; 2],
}

impl Pose {
    /// Draws a pose within `spread` for images of size `shape`.
    pub fn random(rng: &mut ChaCha8Rng, shape: ImageShape, spread: &Spread) -> Self {
        let half = [shape.width as f32 / 2.0, shape.height as f32 / 2.0];
        let size = half[0].min(half[1]) * rng.random_range(spread.scale.0..=spread.scale.1);
        let stretch = 1.0 + symmetric(rng, spread.stretch);
        let angle = symmetric(rng, spread.turn);
        let shear = symmetric(rng, spread.shear);
        let mirror = if rng.random_bool(spread.mirror) {
            -1.0
        } else {
            1.0
        };
        let (sin, cos) = (wave(angle), wave(angle + 0.25));
        let (x, y) = (size * stretch * mirror, size / stretch);
        let matrix = [
            [cos * x, (cos * shear - sin) * y],
            [sin * x, (sin * shear + cos) * y],
        ];
        let determinant = matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0];
        let inverse = [
            [matrix[1][1] / determinant, -matrix[0][1] / determinant],
            [-matrix[1][0] / determinant, matrix[0][0] / determinant],
        ];
        let centre = half.map(|half| half * (1.0 + symmetric(rng, spread.shift)));
        let wobble = [(); 2].map(|()| {
            [
                symmetric(rng, spread.wobble),
                rng.random_range(-0.4..0.4),
                rng.random_range(-0.4..0.4),
                rng.random_range(0.0..1.0),
            ]
        });
        Self {
            matrix,
            inverse,
            centre,
            wobble,
        }
    }

    /// Model coordinates to pixels.
    pub fn to_pixels(&self, x: f32, y: f32) -> (f32, f32) {
        let displace = |[size, along_x, along_y, phase]: [f32; 4]| {
            size * wave(along_x * x + along_y * y + phase)
        };
        let (dx, dy) = (displace(self.wobble[0]), displace(self.wobble[1]));
        let (x, y) = (x + dx, y + dy);
        let [[a, b], [c, d]] = self.matrix;
        (
            self.centre[0] + a * x + b * y,
            self.centre[1] + c * x + d * y,
        )
    }

    /// Pixels to model coordinates, without undoing the smooth distortion: good enough to make
    /// a texture turn and scale with the thing it covers.
    pub fn to_model(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.centre[0], y - self.centre[1]);
        let [[a, b], [c, d]] = self.inverse;
        (a * x + b * y, c * x + d * y)
    }

    /// Pixels per model unit, averaged over the directions; scales stroke widths.
    pub fn pixels_per_unit(&self) -> f32 {
        let [[a, b], [c, d]] = self.matrix;
        (a * d - b * c).abs().sqrt()
    }
}

/// Uniform in `-limit..=limit`.
pub fn symmetric(rng: &mut ChaCha8Rng, limit: f32) -> f32 {
    rng.random_range(-limit..=limit)
}

/// Sine of `turns` full turns, within 0.0011.
///
/// The library sine differs in its last bits between platforms, and with it the drawn bytes and
/// their fingerprint would; this parabola fit uses exactly rounded operations only.
pub fn wave(turns: f32) -> f32 {
    let t = turns - turns.floor();
    let parabola = if t < 0.5 {
        16.0 * t * (0.5 - t)
    } else {
        -16.0 * (t - 0.5) * (1.0 - t)
    };
    parabola + 0.225 * (parabola * parabola.abs() - parabola)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_wave_is_a_sine() {
        for step in -200..200 {
            let turns = step as f32 / 100.0;
            let sine = (turns * std::f32::consts::TAU).sin();
            assert!(
                (wave(turns) - sine).abs() < 0.0012,
                "wave({turns}) = {}",
                wave(turns)
            );
        }
    }

    #[test]
    fn a_pose_without_wobble_is_undone_by_its_inverse() {
        let spread = Spread {
            scale: (0.7, 0.9),
            stretch: 0.2,
            turn: 0.1,
            shear: 0.2,
            shift: 0.2,
            wobble: 0.0,
            mirror: 0.5,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..50 {
            let pose = Pose::random(&mut rng, ImageShape::new(1, 28, 28), &spread);
            let (x, y) = pose.to_pixels(0.3, -0.6);
            let (x, y) = pose.to_model(x, y);
            assert!(
                (x - 0.3).abs() < 1e-4 && (y + 0.6).abs() < 1e-4,
                "came back as {x}, {y}"
            );
        }
    }
}
