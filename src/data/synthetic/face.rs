//! What the faces of cats and dogs have in common.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::Canvas,
    ink::Ink,
    outline::{Corner, ellipse, mirrored},
    pose::symmetric,
    scenery::Coat,
};

pub(super) const DARK: Ink = Ink::colour([0.08, 0.06, 0.06]);
pub(super) const PINK: Ink = Ink::colour([0.9, 0.55, 0.58]);
pub(super) const WHITE: Ink = Ink::colour([0.97, 0.97, 0.95]);

/// The part of a face that turns with the head: seen a little from the side, features slide
/// towards `look` while the outline of the head stays.
pub(super) struct Face {
    pub look: (f32, f32),
    pub half_width: f32,
    half_height: f32,
}

impl Face {
    pub fn random(rng: &mut ChaCha8Rng) -> Self {
        Self {
            look: (symmetric(rng, 0.14), symmetric(rng, 0.08)),
            half_width: rng.random_range(0.6..0.74),
            half_height: rng.random_range(0.56..0.7),
        }
    }

    pub fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (x + self.look.0, y + self.look.1)
    }

    pub fn head(&self, canvas: &mut Canvas, coat: &Coat) {
        // Far below the image at any size, so that no pet ends in mid-air.
        let right = [
            (0.3, 0.2, 0.3),
            (0.42, 0.72, 0.7),
            (0.86, 0.95, 0.9),
            (0.95, 1.7, 0.5),
            (0.95, 4.0, 0.0),
        ];
        canvas.fill(&mirrored(&right), |x: f32, y: f32| {
            coat.ink(x, y + 0.5).lit(0.85)
        });
        let outline = ellipse((0.0, 0.08), (self.half_width, self.half_height));
        canvas.fill(&outline, coat);
        canvas.ring(&outline, 0.03, DARK.opacity(0.35));
    }
}

/// The same corners on the left (`side` -1) or the right (+1).
pub(super) fn on_side<const N: usize>(side: f32, corners: [Corner; N]) -> [Corner; N] {
    corners.map(|(x, y, round)| (side * x, y, round))
}

/// A short line down from the nose, then a curve to both sides.
pub(super) fn mouth(canvas: &mut Canvas, (x, y): (f32, f32), size: f32) {
    canvas.stroke(&[(x, y, 0.0), (x, y + size * 0.6, 0.0)], 0.03, DARK);
    for side in [-1.0, 1.0] {
        let lip = [
            (x, y + size * 0.6, 0.0),
            (x + side * size * 0.6, y + size * 1.1, 1.0),
            (x + side * size * 1.1, y + size * 0.5, 0.0),
        ];
        canvas.stroke(&lip, 0.03, DARK);
    }
}

pub(super) fn whiskers(canvas: &mut Canvas, face: &Face, length: f32, ink: Ink) {
    for side in [-1.0, 1.0] {
        for step in [-1.0, 0.0, 1.0] {
            let (x, y) = face.at(side * 0.22, 0.36 + 0.05 * step);
            canvas.stroke(
                &[(x, y, 0.0), (x + side * length, y + 0.14 * step, 0.0)],
                0.022,
                ink,
            );
        }
    }
}
