//! Sandals from the side, toes to the left.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{canvas::Canvas, fabric::Fabric, outline::Corner};

/// Straps over an empty shoe: flat, on a wedge or on a high heel.
pub fn sandal(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let leather = Fabric::leather(rng).part(1.2);
    let sole = leather.part(rng.random_range(0.6..1.3));
    let strap = &leather;
    // Height of the foot bed under the toes and under the heel.
    let toe = rng.random_range(0.3..0.5);
    let kind = rng.random_range(0..3u32);
    let heel = match kind {
        0 => toe - rng.random_range(0.02..0.1),
        _ => toe - rng.random_range(0.35..0.65),
    };
    let thickness = rng.random_range(0.09..0.16);
    let ground = toe + thickness;
    let arch = (toe + heel) / 2.0 + 0.08;
    let bed = [
        (-0.95, toe, 0.5),
        (-0.3, toe, 0.6),
        (0.2, arch, 0.6),
        (0.55, heel, 0.5),
        (0.9, heel, 0.4),
    ];
    let underside: &[Corner] = match kind {
        // Flat, wedge, stiletto or block.
        0 => &[(0.92, ground, 0.4), (-0.9, ground, 0.5)],
        1 => &[
            (0.92, ground, 0.2),
            (-0.2, ground, 0.1),
            (-0.9, ground, 0.5),
        ],
        _ => &[
            (0.86, ground, 0.1),
            (0.74, ground, 0.1),
            (0.6, heel + thickness + 0.06, 0.4),
            (0.2, arch + thickness, 0.6),
            (-0.3, ground, 0.6),
            (-0.9, ground, 0.5),
        ],
    };
    let outline: Vec<Corner> = bed.iter().chain(underside).copied().collect();
    canvas.fill(&outline, &sole);

    let width = rng.random_range(0.1..0.16);
    let height = rng.random_range(0.26..0.4);
    // Over the toes: one to three bands, or two that cross.
    let bands = rng.random_range(1..=3u8);
    if rng.random_bool(0.25) {
        canvas.stroke(
            &[
                (-0.8, toe, 0.0),
                (-0.6, toe - height, 0.6),
                (-0.2, toe, 0.0),
            ],
            width,
            strap,
        );
        canvas.stroke(
            &[
                (-0.6, toe, 0.0),
                (-0.25, toe - height, 0.6),
                (0.0, toe - 0.02, 0.0),
            ],
            width,
            strap,
        );
    } else {
        for band in 0..bands {
            let x = -0.72 + 0.3 * f32::from(band);
            let rise = height * (0.8 + 0.2 * f32::from(band));
            let band = [
                (x - 0.08, toe, 0.0),
                (x + 0.02, toe - rise, 0.9),
                (x + 0.26, toe - rise, 0.9),
                (x + 0.3, toe, 0.0),
            ];
            canvas.stroke(&band, width, strap);
        }
    }
    // Around the ankle, with a stay at the heel.
    let ankle = heel - rng.random_range(0.4..0.62);
    canvas.stroke(
        &[
            (0.84, heel, 0.0),
            (0.9, ankle + 0.2, 0.6),
            (0.82, ankle, 0.0),
        ],
        width,
        strap,
    );
    let front = rng.random_range(0.05..0.25);
    let around = [
        (0.82, ankle, 0.3),
        (front + 0.25, ankle - 0.1, 0.8),
        (front, ankle + 0.06, 0.8),
        (front + 0.3, ankle + 0.14, 0.8),
    ];
    canvas.ring(&around, width * 0.8, strap);
    if rng.random_bool(0.4) {
        canvas.stroke(
            &[(front, ankle + 0.06, 0.0), (-0.25, toe - height * 0.8, 0.0)],
            width,
            strap,
        );
    }
}
