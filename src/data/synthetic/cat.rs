//! The face of a cat.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::Canvas,
    face::{DARK, Face, PINK, WHITE, mouth, on_side, whiskers},
    ink::Ink,
    scenery::Coat,
};

/// Draws the face of a cat.
pub(super) fn cat(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
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
