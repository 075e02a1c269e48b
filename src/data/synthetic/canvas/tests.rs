//! Areas, borders and noise of what is painted.

use rand::SeedableRng;

use super::*;
use crate::data::synthetic::{ink::Ink, pose::Spread};

const SHAPE: ImageShape = ImageShape::new(1, 20, 20);

/// Ten pixels per model unit, upright and centred.
fn canvas() -> Canvas {
    let upright = Spread {
        scale: (1.0, 1.0),
        stretch: 0.0,
        turn: 0.0,
        shear: 0.0,
        shift: 0.0,
        wobble: 0.0,
        mirror: 0.0,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    Canvas::new(SHAPE, Pose::random(&mut rng, SHAPE, &upright))
}

fn area(canvas: Canvas) -> f32 {
    canvas.pixels.iter().sum::<f32>() / 100.0
}

const WHITE: Ink = Ink::grey(1.0);

#[test]
fn a_filled_square_covers_its_inside_and_nothing_else() {
    let mut canvas = canvas();
    canvas.fill(
        &[
            (-0.5, -0.5, 0.0),
            (0.5, -0.5, 0.0),
            (0.5, 0.5, 0.0),
            (-0.5, 0.5, 0.0),
        ],
        WHITE,
    );
    let bytes = canvas.into_bytes();
    let at = |row: usize, column: usize| bytes[row * 20 + column];
    assert_eq!((at(10, 10), at(5, 5), at(14, 14)), (255, 255, 255));
    assert_eq!((at(4, 10), at(10, 15), at(0, 0)), (0, 0, 0));
}

#[test]
fn ellipses_and_lines_have_the_areas_of_ellipses_and_lines() {
    let mut disc = canvas();
    disc.ellipse((0.1, 0.0), (0.8, 0.5), WHITE);
    let expected = std::f32::consts::PI * 0.8 * 0.5;
    assert!((area(disc) / expected - 1.0).abs() < 0.03);

    // Straight, and with a corner: one is filled, the other stroked.
    let corners = [(-0.5, 0.0, 0.0), (0.0, 0.0, 0.0), (0.5, 0.0, 0.0)];
    for line in [&[corners[0], corners[2]][..], &corners[..]] {
        let mut canvas = canvas();
        canvas.stroke(line, 0.3, WHITE);
        let expected = 0.3 + std::f32::consts::PI * 0.15 * 0.15;
        let area = area(canvas);
        assert!(
            (area / expected - 1.0).abs() < 0.06,
            "{area} instead of {expected}"
        );
    }
}

#[test]
fn what_lies_outside_the_image_is_left_out() {
    let mut canvas = canvas();
    canvas.ellipse((5.0, -5.0), (1.0, 1.0), WHITE);
    canvas.fill(&[], WHITE);
    canvas.stroke(&[(0.0, 0.0, 0.0)], 0.0, WHITE);
    assert!(canvas.into_bytes().iter().all(|&value| value == 0));
}

#[test]
fn translucent_ink_mixes_with_what_is_below() {
    let mut canvas = canvas();
    canvas.flood(Ink::grey(0.2));
    canvas.flood(Ink::grey(1.0).opacity(0.5));
    assert!(canvas.pixels.iter().all(|value| (value - 0.6).abs() < 1e-6));
}

#[test]
fn grain_has_no_bias_and_the_spread_asked_for() {
    let mut canvas = canvas();
    canvas.grain(&mut ChaCha8Rng::seed_from_u64(3), 0.1);
    let count = canvas.pixels.len() as f32;
    let mean = canvas.pixels.iter().sum::<f32>() / count;
    let variance = canvas
        .pixels
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f32>()
        / count;
    assert!(mean.abs() < 0.02, "mean {mean}");
    assert!(
        (variance.sqrt() - 0.1).abs() < 0.02,
        "deviation {}",
        variance.sqrt()
    );
}
