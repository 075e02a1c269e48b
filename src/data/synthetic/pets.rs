//! Faces of cats and dogs in colour.
//!
//! Both classes draw from the same coats, markings and backgrounds, so that neither colour nor
//! surroundings give the class away; what differs is the shape of ears, muzzle, nose and eyes,
//! and even those overlap (pricked dog ears, folded cat ears).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    Draw,
    canvas::Canvas,
    ink::Ink,
    names,
    outline::{Corner, ellipse, mirrored},
    pose::{Pose, Spread, symmetric},
    scenery::{self, Coat},
};
use crate::pixels::ImageShape;

/// Size of every image.
pub const SHAPE: ImageShape = ImageShape::new(3, 64, 64);
/// Names of the classes, in label order.
pub const CLASSES: [&str; TABLE.len()] = names(&TABLE);

const TABLE: [(&str, Draw); 2] = [("cat", cat), ("dog", dog)];

const SPREAD: Spread = Spread {
    scale: (0.6, 0.85),
    stretch: 0.1,
    turn: 0.07,
    shear: 0.1,
    shift: 0.12,
    wobble: 0.06,
    mirror: 0.5,
};

/// Draws a pet of class `class`, an index into [`CLASSES`].
pub fn draw(class: usize, rng: &mut ChaCha8Rng) -> Canvas {
    let mut canvas = Canvas::new(SHAPE, Pose::random(rng, SHAPE, &scenery::SPREAD));
    scenery::background(&mut canvas, rng);
    canvas.set_pose(Pose::random(rng, SHAPE, &SPREAD));
    let (_, draw_class) = TABLE[class];
    draw_class(&mut canvas, rng);
    if rng.random_bool(0.3) {
        canvas.set_pose(Pose::random(rng, SHAPE, &scenery::SPREAD));
        scenery::foreground(&mut canvas, rng);
    }
    let gain = rng.random_range(0.75..1.15);
    let sigma = rng.random_range(0.01..0.05);
    canvas.light(rng, gain, 0.4);
    canvas.grain(rng, sigma);
    canvas
}

const DARK: Ink = Ink::colour([0.08, 0.06, 0.06]);
const PINK: Ink = Ink::colour([0.9, 0.55, 0.58]);
const WHITE: Ink = Ink::colour([0.97, 0.97, 0.95]);

/// The part of a face that turns with the head: seen a little from the side, features slide
/// towards `look` while the outline of the head stays.
struct Face {
    look: (f32, f32),
    half_width: f32,
    half_height: f32,
}

impl Face {
    fn random(rng: &mut ChaCha8Rng) -> Self {
        Self {
            look: (symmetric(rng, 0.14), symmetric(rng, 0.08)),
            half_width: rng.random_range(0.6..0.74),
            half_height: rng.random_range(0.56..0.7),
        }
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (x + self.look.0, y + self.look.1)
    }

    fn head(&self, canvas: &mut Canvas, coat: &Coat) {
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
fn on_side<const N: usize>(side: f32, corners: [Corner; N]) -> [Corner; N] {
    corners.map(|(x, y, round)| (side * x, y, round))
}

fn cat(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let coat = Coat::random(rng);
    let face = Face::random(rng);
    let folded = rng.random_bool(0.08);
    let tip = if folded {
        -0.62
    } else {
        rng.random_range(-1.12..-0.86)
    };
    let tip_x = face.half_width * rng.random_range(0.78..1.0);
    for side in [-1.0, 1.0] {
        let ear = [
            (0.12, -0.42, 0.1),
            (tip_x, tip, 0.15),
            (face.half_width, -0.02, 0.1),
        ];
        canvas.fill(&on_side(side, ear), |x: f32, y: f32| {
            coat.ink(x, y).lit(0.92)
        });
        if !folded {
            let inner = [
                (0.26, -0.4, 0.2),
                (tip_x - 0.04, tip + 0.2, 0.1),
                (face.half_width - 0.1, -0.16, 0.2),
            ];
            canvas.fill(&on_side(side, inner), PINK.opacity(0.75));
        }
    }
    face.head(canvas, &coat);

    let muzzle = if rng.random_bool(0.6) {
        coat.second.opacity(0.9)
    } else {
        coat.first.lit(1.12)
    };
    for side in [-1.0, 1.0] {
        canvas.ellipse(face.at(side * 0.12, 0.38), (0.17, 0.13), muzzle);
    }
    let (eye_x, eye_y) = (rng.random_range(0.26..0.34), rng.random_range(-0.06..0.06));
    let slit = rng.random_bool(0.7);
    let iris = [
        [0.45, 0.75, 0.3],
        [0.9, 0.75, 0.2],
        [0.35, 0.6, 0.85],
        [0.75, 0.5, 0.2],
    ][rng.random_range(0..4usize)];
    for side in [-1.0, 1.0] {
        let (x, y) = face.at(side * eye_x, eye_y);
        let almond = [
            (-0.15, 0.03, 0.3),
            (-0.02, -0.15, 0.9),
            (0.16, -0.08, 0.3),
            (0.02, 0.13, 0.9),
        ];
        let almond = almond.map(|(across, down, round)| (x + side * across, y + down, round));
        canvas.fill(&almond, Ink::colour(iris));
        canvas.ring(&almond, 0.03, DARK);
        let pupil = if slit { (0.035, 0.1) } else { (0.09, 0.1) };
        canvas.ellipse((x, y), pupil, DARK);
        canvas.ellipse((x - 0.04, y - 0.05), (0.03, 0.03), WHITE);
    }
    let (x, y) = face.at(0.0, 0.26);
    let nose = [
        (x - 0.08, y - 0.04, 0.4),
        (x + 0.08, y - 0.04, 0.4),
        (x, y + 0.06, 0.3),
    ];
    canvas.fill(&nose, if rng.random_bool(0.6) { PINK } else { DARK });
    mouth(canvas, (x, y + 0.06), 0.12);
    if rng.random_bool(0.85) {
        let whisker = if rng.random_bool(0.5) { WHITE } else { DARK };
        whiskers(
            canvas,
            &face,
            rng.random_range(0.5..0.75),
            whisker.opacity(0.7),
        );
    }
}

fn dog(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
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

/// A short line down from the nose, then a curve to both sides.
fn mouth(canvas: &mut Canvas, (x, y): (f32, f32), size: f32) {
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

fn whiskers(canvas: &mut Canvas, face: &Face, length: f32, ink: Ink) {
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
