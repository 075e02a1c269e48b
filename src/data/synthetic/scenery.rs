//! What cats and dogs have in common: coats, and the places they are seen in.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::Canvas,
    ink::{Ink, Paint},
    outline::ellipse,
    pose::{Spread, symmetric, wave},
};

/// Poses of clutter: anywhere, at any angle.
pub const SPREAD: Spread = Spread {
    scale: (0.8, 1.2),
    stretch: 0.2,
    turn: 0.5,
    shear: 0.2,
    shift: 0.2,
    wobble: 0.1,
    mirror: 0.5,
};

/// Colours of fur; each is varied a little before use.
const FURS: [[f32; 3]; 8] = [
    [0.86, 0.52, 0.22],
    [0.55, 0.36, 0.22],
    [0.36, 0.24, 0.17],
    [0.16, 0.15, 0.16],
    [0.5, 0.5, 0.53],
    [0.75, 0.72, 0.68],
    [0.93, 0.9, 0.84],
    [0.85, 0.72, 0.5],
];

#[derive(Debug, Clone, Copy)]
enum Marking {
    None,
    /// Tabby or brindle.
    Stripes,
    /// A lighter or darker half of the face.
    Half,
    /// A blaze down the middle.
    Blaze,
}

/// Fur in model coordinates.
#[derive(Debug, Clone)]
pub struct Coat {
    /// The ground colour.
    pub first: Ink,
    /// The colour of markings, which may be (nearly) the ground colour again.
    pub second: Ink,
    marking: Marking,
    cycles: f32,
    phase: f32,
}

impl Coat {
    /// Any coat.
    pub fn random(rng: &mut ChaCha8Rng) -> Self {
        let mut fur = || {
            let colour = FURS[rng.random_range(0..FURS.len())];
            Ink::colour(colour.map(|value| value + symmetric(rng, 0.06)))
        };
        let (first, second) = (fur(), fur());
        let marking = match rng.random_range(0..10u32) {
            0..4 => Marking::None,
            4..7 => Marking::Stripes,
            7 => Marking::Half,
            _ => Marking::Blaze,
        };
        Self {
            first,
            second,
            marking,
            cycles: rng.random_range(1.4..2.6),
            phase: rng.random_range(0.0..1.0),
        }
    }
}

impl Paint for &Coat {
    fn at(&self, x: f32, y: f32) -> Ink {
        self.ink(x, y)
    }
}

impl Coat {
    /// The fur at a place.
    pub fn ink(&self, x: f32, y: f32) -> Ink {
        match self.marking {
            Marking::None => self.first,
            Marking::Stripes => {
                let bend = wave(x * 0.4 + 0.25);
                let dark = wave(x.abs() * self.cycles + y * 0.5 + 0.2 * bend + self.phase) > 0.3;
                self.first.lit(if dark { 0.62 } else { 1.0 })
            }
            Marking::Half if x > 0.1 * wave(y) => self.second,
            Marking::Blaze if x.abs() < 0.14 + 0.1 * y => self.second,
            Marking::Half | Marking::Blaze => self.first,
        }
    }
}

fn any_colour(rng: &mut ChaCha8Rng) -> Ink {
    // Half of the clutter is the colour of fur, so that fur does not stand out.
    if rng.random_bool(0.5) {
        Ink::colour(FURS[rng.random_range(0..FURS.len())])
    } else {
        Ink::colour([(); 3].map(|()| rng.random_range(0.1..0.95)))
    }
}

/// A gradient, a pattern and a few shapes.
pub fn background(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let (from, to) = (any_colour(rng), any_colour(rng));
    let (across, down) = (symmetric(rng, 0.5), symmetric(rng, 0.5));
    let pattern = rng.random_range(0..4u32);
    let cycles = rng.random_range(0.8..2.5);
    canvas.flood(|x: f32, y: f32| {
        let blend = (0.5 + across * x + down * y).clamp(0.0, 1.0);
        let blend = match pattern {
            0 => f32::from(wave(x * cycles) > 0.0) * 0.5 + blend * 0.5,
            1 => f32::from(wave(x * cycles) * wave(y * cycles) > 0.0) * 0.4 + blend * 0.6,
            _ => blend,
        };
        let mix = |channel: usize| {
            from.colour[channel] + (to.colour[channel] - from.colour[channel]) * blend
        };
        Ink::colour([mix(0), mix(1), mix(2)])
    });
    for _ in 0..rng.random_range(0..5u32) {
        clutter(canvas, rng, 0.2..0.6);
    }
}

/// Something small in front of the pet.
pub fn foreground(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    clutter(canvas, rng, 0.1..0.25);
}

/// A disc, a triangle, a bar or a loop; triangles and discs also because they look like ears.
fn clutter(canvas: &mut Canvas, rng: &mut ChaCha8Rng, size: std::ops::Range<f32>) {
    let ink = any_colour(rng);
    let (x, y) = (symmetric(rng, 1.1), symmetric(rng, 1.1));
    let (wide, high) = (rng.random_range(size.clone()), rng.random_range(size));
    match rng.random_range(0..4u32) {
        0 => canvas.ellipse((x, y), (wide, high), ink),
        1 => canvas.fill(
            &[
                (x - wide, y + high, 0.1),
                (x, y - high, 0.1),
                (x + wide, y + high, 0.1),
            ],
            ink,
        ),
        2 => canvas.stroke(
            &[(x - wide, y - high, 0.0), (x + wide, y + high, 0.0)],
            wide * 0.4,
            ink,
        ),
        _ => canvas.ring(&ellipse((x, y), (wide, high)), wide * 0.3, ink),
    }
}
