//! The face of a dog.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::Canvas,
    face::{DARK, Face, WHITE, mouth, on_side, whiskers},
    ink::Ink,
    outline::ellipse,
    scenery::Coat,
};

/// Draws the face of a dog.
pub(super) fn dog(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let coat = Coat::random(rng);
    let face = Face::random(rng);
    let ear_ink = if rng.random_bool(0.5) {
        coat.second
    } else {
        coat.first.lit(0.75)
    };
    let pricked = rng.random_bool(0.22);
    if pricked {
        for side in [-1.0, 1.0] {
            let ear = [
                (0.2, -0.42, 0.2),
                (0.5, -1.0, 0.4),
                (face.half_width, -0.1, 0.3),
            ];
            canvas.fill(&on_side(side, ear), |x: f32, y: f32| {
                coat.ink(x, y).lit(0.85)
            });
        }
    }
    face.head(canvas, &coat);
    if !pricked {
        let length = rng.random_range(0.1..0.6);
        let spread = face.half_width + rng.random_range(0.1..0.26);
        for side in [-1.0, 1.0] {
            let ear = [
                (0.24, -0.56, 0.4),
                (face.half_width * 0.9, -0.6, 0.8),
                (spread, length - 0.2, 0.8),
                (spread - 0.08, length + 0.12, 0.9),
                (face.half_width - 0.14, length, 0.9),
            ];
            canvas.fill(&on_side(side, ear), ear_ink);
            canvas.ring(&on_side(side, ear), 0.03, DARK.opacity(0.5));
        }
    }

    // The muzzle is nearer than the rest of the face and slides further with the look.
    let (x, y) = face.at(face.look.0 * 0.5, 0.34);
    let (wide, high) = (rng.random_range(0.26..0.36), rng.random_range(0.24..0.34));
    let muzzle = if rng.random_bool(0.6) {
        coat.second
    } else {
        coat.first.lit(1.12)
    };
    if rng.random_bool(0.35) {
        let tongue = ellipse((x, y + high * 0.95), (0.11, 0.2));
        canvas.fill(&tongue, Ink::colour([0.88, 0.36, 0.42]));
        canvas.ring(&tongue, 0.025, DARK.opacity(0.5));
    }
    let snout = ellipse((x, y), (wide, high));
    canvas.fill(&snout, muzzle);
    canvas.ring(&snout, 0.025, DARK.opacity(0.3));
    let nose = (rng.random_range(0.12..0.17), rng.random_range(0.09..0.12));
    let nose_y = y - high * 0.55;
    mouth(canvas, (x, nose_y + nose.1), high * 0.7);
    canvas.ellipse((x, nose_y), nose, DARK);
    canvas.ellipse(
        (x - 0.05, nose_y - 0.04),
        (0.035, 0.025),
        WHITE.opacity(0.6),
    );

    let (eye_x, eye_y) = (rng.random_range(0.24..0.32), rng.random_range(-0.12..-0.02));
    let patch = rng.random_bool(0.25);
    for side in [-1.0, 1.0] {
        let (x, y) = face.at(side * eye_x, eye_y);
        if patch && side > 0.0 {
            canvas.ellipse((x, y), (0.2, 0.22), coat.second);
        }
        let round = rng.random_range(0.08..0.11);
        canvas.ellipse((x, y), (round * 1.35, round * 1.3), WHITE.opacity(0.85));
        canvas.ellipse((x, y), (round, round), Ink::colour([0.2, 0.11, 0.06]));
        canvas.ellipse((x - 0.03, y - 0.04), (0.03, 0.03), WHITE);
    }
    if rng.random_bool(0.12) {
        whiskers(canvas, &face, 0.5, DARK.opacity(0.5));
    }
}
