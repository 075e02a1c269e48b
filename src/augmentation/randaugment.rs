//! RandAugment (Cubuk et al. 2020, arXiv 1909.13719): a few operations drawn from fourteen, all of
//! the same strength.
//!
//! Operations and strengths are torchvision's, with two deviations: geometric operations are about the
//! centre of the image, and come before the others, as one warp.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::affine::Affine;
use super::color;
use super::config::AugmentConfig;
use crate::pixels::ImageShape;

/// The largest magnitude; the least is 0.
const MAX_MAGNITUDE: f64 = 30.0;

#[derive(Debug, Clone, Copy)]
enum PolicyOperation {
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

impl PolicyOperation {
    const ALL: [Self; 14] = [
        Self::Identity,
        Self::ShearX,
        Self::ShearY,
        Self::TranslateX,
        Self::TranslateY,
        Self::Rotate,
        Self::Brightness,
        Self::Color,
        Self::Contrast,
        Self::Sharpness,
        Self::Posterize,
        Self::Solarize,
        Self::AutoContrast,
        Self::Equalize,
    ];
}

/// Operations drawn for one image, with their signed strengths from -1 to 1.
#[derive(Debug, Clone, Default)]
pub struct PolicyDraw(Vec<(PolicyOperation, f64)>);

impl PolicyDraw {
    /// Draws `num_ops` operations with replacement.
    pub fn draw(config: &AugmentConfig, rng: &mut ChaCha8Rng) -> Self {
        let strength = config.magnitude as f64 / MAX_MAGNITUDE;
        let draw = |_| {
            let operation = PolicyOperation::ALL[rng.random_range(0..PolicyOperation::ALL.len())];
            let sign = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
            (operation, sign * strength)
        };
        Self((0..config.num_ops).map(draw).collect())
    }

    /// The geometric operations as one map, about the origin.
    pub fn affine(&self, shape: ImageShape) -> Affine {
        self.0
            .iter()
            .fold(Affine::IDENTITY, |map, &(operation, strength)| {
                // 150 of 331 pixels at most, as in the paper's search space.
                let by = |side: usize| (strength * 150.0 / 331.0 * side as f64).trunc();
                map.then(match operation {
                    PolicyOperation::ShearX => Affine::shear(0.3 * strength, 0.0),
                    PolicyOperation::ShearY => Affine::shear(0.0, 0.3 * strength),
                    PolicyOperation::TranslateX => Affine::shift(by(shape.width), 0.0),
                    PolicyOperation::TranslateY => Affine::shift(0.0, by(shape.height)),
                    PolicyOperation::Rotate => Affine::rotation(30.0 * strength),
                    _ => Affine::IDENTITY,
                })
            })
    }

    /// Applies the other operations to `pixels`, 8-bit values `[channels, height, width]`.
    pub fn recolor(&self, pixels: &mut [u8], shape: ImageShape) {
        for &(operation, strength) in &self.0 {
            let factor = (1.0 + 0.9 * strength) as f32;
            match operation {
                PolicyOperation::Brightness => color::brightness(pixels, factor),
                PolicyOperation::Color => color::saturation(pixels, shape, factor),
                PolicyOperation::Contrast => color::contrast(pixels, shape, factor),
                PolicyOperation::Sharpness => color::sharpness(pixels, shape, factor),
                PolicyOperation::Posterize => {
                    color::posterize(pixels, 8 - (4.0 * strength.abs()).round() as u32);
                }
                PolicyOperation::Solarize => {
                    color::solarize(pixels, (255.0 * (1.0 - strength.abs())) as f32);
                }
                PolicyOperation::AutoContrast => color::autocontrast(pixels, shape),
                PolicyOperation::Equalize => color::equalize(pixels, shape),
                PolicyOperation::Identity
                | PolicyOperation::ShearX
                | PolicyOperation::ShearY
                | PolicyOperation::TranslateX
                | PolicyOperation::TranslateY
                | PolicyOperation::Rotate => {}
            }
        }
    }
}
