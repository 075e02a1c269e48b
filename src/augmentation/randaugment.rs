//! RandAugment (Cubuk et al. 2020, arXiv 1909.13719): a few operations drawn from fourteen, all of
//! the same strength.
//!
//! Operations and strengths are torchvision's, but for two things: movements are about the middle
//! of the image, and those of an image are done first, as one.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::affine::Affine;
use super::color;
use super::config::AugmentConfig;
use crate::pixels::ImageShape;

/// Strongest of the magnitudes, which are 0 to 30.
const MOST: f64 = 30.0;

#[derive(Debug, Clone, Copy)]
enum Op {
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}

const OPS: [Op; 14] = [
    Op::Identity,
    Op::ShearX,
    Op::ShearY,
    Op::TranslateX,
    Op::TranslateY,
    Op::Rotate,
    Op::Brightness,
    Op::Color,
    Op::Contrast,
    Op::Sharpness,
    Op::Posterize,
    Op::Solarize,
    Op::AutoContrast,
    Op::Equalize,
];

/// Operations drawn for one image, with their signed strengths from -1 to 1.
#[derive(Debug, Clone, Default)]
pub struct Drawn(Vec<(Op, f64)>);

impl Drawn {
    /// Draws `num_ops` operations; each may come up again.
    pub fn draw(config: &AugmentConfig, rng: &mut ChaCha8Rng) -> Self {
        let strength = config.magnitude as f64 / MOST;
        let draw = |_| {
            let op = OPS[rng.random_range(0..OPS.len())];
            let sign = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
            (op, sign * strength)
        };
        Self((0..config.num_ops).map(draw).collect())
    }

    /// The movements together, about the origin.
    pub fn movement(&self, shape: ImageShape) -> Affine {
        self.0
            .iter()
            .fold(Affine::IDENTITY, |map, &(op, strength)| {
                // Of an image 331 pixels wide, as in the paper's search space.
                let by = |side: usize| (strength * 150.0 / 331.0 * side as f64).trunc();
                map.then(match op {
                    Op::ShearX => Affine::shear(0.3 * strength, 0.0),
                    Op::ShearY => Affine::shear(0.0, 0.3 * strength),
                    Op::TranslateX => Affine::shift(by(shape.width), 0.0),
                    Op::TranslateY => Affine::shift(0.0, by(shape.height)),
                    Op::Rotate => Affine::rotation(30.0 * strength),
                    _ => Affine::IDENTITY,
                })
            })
    }

    /// Does the other operations to `pixels`, `[channels, height, width]`.
    pub fn recolor(&self, pixels: &mut [u8], shape: ImageShape) {
        for &(op, strength) in &self.0 {
            let factor = (1.0 + 0.9 * strength) as f32;
            match op {
                Op::Brightness => color::brightness(pixels, factor),
                Op::Color => color::saturation(pixels, shape, factor),
                Op::Contrast => color::contrast(pixels, shape, factor),
                Op::Sharpness => color::sharpness(pixels, shape, factor),
                Op::Posterize => {
                    color::posterize(pixels, 8 - (4.0 * strength.abs()).round() as u32);
                }
                Op::Solarize => {
                    color::solarize(pixels, (255.0 * (1.0 - strength.abs())) as f32);
                }
                Op::AutoContrast => color::autocontrast(pixels, shape),
                Op::Equalize => color::equalize(pixels, shape),
                Op::Identity
                | Op::ShearX
                | Op::ShearY
                | Op::TranslateX
                | Op::TranslateY
                | Op::Rotate => {}
            }
        }
    }
}
