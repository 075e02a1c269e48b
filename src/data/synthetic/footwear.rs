//! Sneakers and boots from the side, toes to the left.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{canvas::Canvas, fabric::Fabric};

/// A low shoe with a thick sole, laces and a stripe or two.
pub fn sneaker(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let upper = Fabric::leather(rng);
    let trim = upper.trim();
    let sole = upper.part(if rng.random_bool(0.6) { 1.8 } else { 0.45 });
    let ground = rng.random_range(0.4..0.55);
    let thickness = rng.random_range(0.13..0.22);
    let deck = ground - thickness;
    let collar = deck - rng.random_range(0.5..0.68);
    let tongue = rng.random_range(0.02..0.16);
    let toe = deck - rng.random_range(0.16..0.26);
    let outline = [
        (-0.95, deck + 0.04, 0.3),
        (-0.94, toe, 0.8),
        (-0.5, toe - 0.06, 0.6),
        (tongue - 0.04, collar - 0.06, 0.3),
        (tongue + 0.12, collar - 0.04, 0.3),
        (0.42, collar + 0.2, 0.8),
        (0.8, collar - 0.02, 0.5),
        (0.9, collar + 0.08, 0.5),
        (0.92, deck + 0.04, 0.2),
    ];
    canvas.fill(&outline, &upper);
    let band = [
        (-0.97, deck, 0.5),
        (0.95, deck - 0.02, 0.3),
        (0.95, ground, 0.5),
        (-0.9, ground, 0.6),
    ];
    canvas.fill(&band, &sole);
    canvas.stroke(&[(-0.92, deck, 0.0), (0.92, deck - 0.02, 0.0)], 0.04, trim);
    if rng.random_bool(0.75) {
        for lace in 0..3u8 {
            let along = 0.2 + 0.25 * f32::from(lace);
            let (x, y) = (
                -0.5 + (tongue + 0.46) * along,
                toe - 0.06 + (collar - toe) * along,
            );
            canvas.stroke(&[(x, y, 0.0), (x + 0.16, y + 0.14, 0.0)], 0.06, trim);
        }
    }
    if rng.random_bool(0.5) {
        let cap = [
            (-0.62, toe + 0.02, 0.0),
            (-0.52, (toe + deck) / 2.0, 0.8),
            (-0.58, deck, 0.0),
        ];
        canvas.stroke(&cap, 0.05, trim);
    }
    for stripe in 0..rng.random_range(0..=3u8) {
        let x = 0.02 + 0.17 * f32::from(stripe);
        canvas.stroke(
            &[(x, deck - 0.04, 0.0), (x + 0.14, deck - 0.3, 0.0)],
            0.07,
            trim,
        );
    }
}

/// A boot that covers the ankle, on a heel.
pub fn ankle_boot(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let leather = Fabric::leather(rng);
    let trim = leather.trim();
    let sole = leather.part(0.55);
    let ground = rng.random_range(0.7..0.85);
    let heel = rng.random_range(0.1..0.34);
    let toe = ground - 0.07;
    let bed = ground - heel;
    let shaft = rng.random_range(-0.85..-0.5);
    let instep = rng.random_range(-0.12..0.06);
    let flare = rng.random_range(-0.04..0.08);
    let vamp = toe - rng.random_range(0.24..0.34);
    let outline = [
        (-0.92, toe, 0.3),
        (-0.88, vamp, 0.8),
        (-0.4, vamp - 0.06, 0.6),
        (instep, vamp - 0.45, 0.7),
        (instep - flare, shaft, 0.1),
        (0.72 + flare, shaft, 0.1),
        (0.7, bed - 0.5, 0.7),
        (0.82, bed - 0.2, 0.7),
        (0.8, bed, 0.1),
        (0.35, bed, 0.3),
        (-0.05, toe, 0.5),
    ];
    canvas.fill(&outline, &leather);
    let slim = rng.random_range(0.0..0.24);
    let block = [
        (0.36 + slim * 0.6, bed - 0.03, 0.0),
        (0.8, bed - 0.03, 0.0),
        (0.76, ground, 0.0),
        (0.42 + slim, ground, 0.0),
    ];
    canvas.fill(&block, &sole);
    canvas.stroke(
        &[
            (-0.88, toe, 0.0),
            (-0.05, toe, 0.6),
            (0.38, bed - 0.01, 0.0),
        ],
        0.1,
        &sole,
    );
    match rng.random_range(0..4u32) {
        0 => canvas.stroke(
            &[(0.3, shaft + 0.04, 0.0), (0.36, bed - 0.2, 0.0)],
            0.06,
            trim,
        ),
        1 => {
            let panel = [
                (0.14, shaft + 0.1, 0.1),
                (0.5, shaft + 0.1, 0.1),
                (0.34, bed - 0.35, 0.3),
            ];
            canvas.fill(&panel, trim);
        }
        2 => {
            for lace in 0..4u8 {
                let y = shaft + 0.14 + 0.2 * f32::from(lace);
                canvas.stroke(
                    &[(instep - 0.02, y, 0.0), (instep + 0.2, y + 0.06, 0.0)],
                    0.06,
                    trim,
                );
            }
        }
        _ => canvas.stroke(
            &[
                (instep - flare, shaft + 0.08, 0.0),
                (0.72 + flare, shaft + 0.08, 0.0),
            ],
            0.1,
            trim,
        ),
    }
    if rng.random_bool(0.3) {
        canvas.stroke(
            &[(instep - 0.05, bed - 0.34, 0.0), (0.74, bed - 0.42, 0.0)],
            0.07,
            trim,
        );
    }
}
