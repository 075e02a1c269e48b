//! Bags: totes, handbags with a flap, and shoulder bags.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{canvas::Canvas, fabric::Fabric};

/// A bag from the front: the handle up, then the body and one of four ways to close it.
pub fn bag(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let leather = Fabric::leather(rng);
    let trim = leather.trim();
    let strap = leather.part(rng.random_range(0.7..1.2));
    let bottom = rng.random_range(0.6..0.85);
    let top = rng.random_range(-0.3..0.1);
    let half = rng.random_range(0.55..0.85);
    let shoulders = half * rng.random_range(0.72..1.1);
    let round = rng.random_range(0.1..0.5);

    // The handle goes first: it is behind the body.
    let rise = top - rng.random_range(0.4..0.75);
    let grip = shoulders * rng.random_range(0.4..0.85);
    let lean = rng.random_range(0.6..1.0);
    let handle = [
        (-grip, top + 0.1, 0.0),
        (-grip * lean, rise, 0.8),
        (grip * lean, rise, 0.8),
        (grip, top + 0.1, 0.0),
    ];
    let thickness = rng.random_range(0.07..0.14);
    canvas.stroke(&handle, thickness, &strap);

    let body = [
        (-shoulders, top, round),
        (shoulders, top, round),
        (half, bottom, round),
        (-half, bottom, round),
    ];
    canvas.fill(&body, &leather);
    match rng.random_range(0..4u32) {
        0 => {
            let depth = top + (bottom - top) * rng.random_range(0.4..0.65);
            let edge = [
                (-shoulders, top, 0.0),
                (-shoulders * 0.9, depth, 0.5),
                (shoulders * 0.9, depth, 0.5),
                (shoulders, top, 0.0),
            ];
            let flap = leather.part(rng.random_range(0.75..1.3));
            canvas.fill(&edge, &flap);
            canvas.stroke(&edge, 0.05, trim);
            canvas.ellipse((0.0, depth), (0.09, 0.08), trim);
        }
        1 => {
            let y = top + 0.14;
            canvas.stroke(
                &[(-shoulders * 0.9, y, 0.0), (shoulders * 0.9, y, 0.0)],
                0.06,
                trim,
            );
            let pocket = [
                (-half * 0.5, top + 0.4, 0.2),
                (half * 0.5, top + 0.4, 0.2),
                (half * 0.5, bottom - 0.12, 0.3),
                (-half * 0.5, bottom - 0.12, 0.3),
            ];
            canvas.ring(&pocket, 0.05, trim);
        }
        2 => {
            for side in [-1.0, 1.0] {
                let seam = [
                    (side * grip, top + 0.02, 0.0),
                    (side * grip, bottom - 0.04, 0.0),
                ];
                canvas.stroke(&seam, 0.07, trim);
            }
        }
        _ => {
            canvas.stroke(
                &[
                    (-shoulders * 0.95, top + 0.04, 0.0),
                    (shoulders * 0.95, top + 0.04, 0.0),
                ],
                0.08,
                trim,
            );
            canvas.ellipse((0.0, top + 0.1), (0.08, 0.08), trim);
        }
    }
}
