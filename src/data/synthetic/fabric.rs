//! Cloth and leather for the garments: plain, striped, checked, knitted or printed.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    ink::{Ink, Paint},
    pose::{symmetric, wave},
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Weave {
    Plain,
    /// Bands along the direction `(x, y)`.
    Stripes(f32, f32),
    Checks,
    Knit,
    /// A block of colour at this height and of this half size, as on the chest of a T-shirt.
    Print(f32, f32),
}

/// A texture in model coordinates.
#[derive(Debug, Clone)]
pub struct Fabric {
    /// Brightness of the ground, 0 to 1.
    pub base: f32,
    weave: Weave,
    /// Relative brightness of the pattern.
    contrast: f32,
    /// Cycles of the pattern per model unit.
    cycles: f32,
    phase: f32,
    /// Soft folds: depth, cycles along `x` and `y`, phase.
    folds: [f32; 4],
}

impl Fabric {
    /// Any cloth.
    pub fn cloth(rng: &mut ChaCha8Rng) -> Self {
        let weave = match rng.random_range(0..10u32) {
            0..4 => Weave::Plain,
            4 => Weave::Stripes(0.0, 1.0),
            5 => Weave::Stripes(1.0, 0.0),
            6 => Weave::Stripes(0.7, 0.7),
            7 => Weave::Checks,
            8 => Weave::Knit,
            _ => Weave::Print(rng.random_range(-0.4..0.1), rng.random_range(0.12..0.25)),
        };
        Self::woven(rng, weave)
    }

    /// Leather or canvas: mostly without a pattern.
    pub fn leather(rng: &mut ChaCha8Rng) -> Self {
        let weave = match rng.random_range(0..8u32) {
            0 => Weave::Checks,
            1 => Weave::Stripes(1.0, 0.3),
            _ => Weave::Plain,
        };
        Self::woven(rng, weave)
    }

    fn woven(rng: &mut ChaCha8Rng, weave: Weave) -> Self {
        let cycles = match weave {
            Weave::Knit => rng.random_range(3.5..5.0),
            _ => rng.random_range(1.6..4.0),
        };
        let contrast = rng.random_range(0.2..0.6f32);
        Self {
            base: rng.random_range(0.42..1.0),
            weave,
            contrast: if weave == Weave::Knit {
                contrast * 0.5
            } else {
                contrast
            },
            cycles,
            phase: rng.random_range(0.0..1.0),
            folds: [
                rng.random_range(0.0..0.16),
                symmetric(rng, 1.2),
                symmetric(rng, 0.8),
                rng.random_range(0.0..1.0),
            ],
        }
    }

    /// Seams, buttons and laces: clearly darker than a light fabric, lighter than a dark one.
    pub fn trim(&self) -> Ink {
        Ink::grey(if self.base > 0.55 {
            self.base * 0.35
        } else {
            self.base + 0.45
        })
    }

    /// The same fabric without its pattern, brighter or darker: soles, collars, cuffs, straps.
    pub fn part(&self, gain: f32) -> Self {
        Self {
            base: (self.base * gain).clamp(0.2, 1.0),
            weave: Weave::Plain,
            ..self.clone()
        }
    }
}

impl Paint for &Fabric {
    fn at(&self, x: f32, y: f32) -> Ink {
        self.ink(x, y)
    }
}

impl Fabric {
    fn ink(&self, x: f32, y: f32) -> Ink {
        let band = |along: f32| wave(along * self.cycles + self.phase) > 0.0;
        let pattern = match self.weave {
            Weave::Plain => 0.0,
            Weave::Stripes(across, down) => f32::from(band(across * x + down * y)),
            Weave::Checks => 0.5 * (f32::from(band(x)) + f32::from(band(y))),
            Weave::Knit => 0.5 + 0.5 * wave(x * self.cycles) * wave(y * self.cycles + self.phase),
            Weave::Print(height, size) => {
                f32::from(x.abs() < size && (y - height).abs() < size * 0.8)
            }
        };
        let [depth, across, down, phase] = self.folds;
        let fold = 1.0 - depth * (1.0 + wave(across * x + down * y + phase)) / 2.0;
        Ink::grey(self.base * (1.0 - self.contrast * pattern) * fold)
    }
}
