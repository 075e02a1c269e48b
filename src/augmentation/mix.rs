//! Two images in one: mixup (Zhang et al. 2018, arXiv 1710.09412) blends them, CutMix (Yun et al.
//! 2019, arXiv 1905.04899) puts a rectangle of one into the other. The targets are mixed by the same
//! shares.
//!
//! Deviation from the papers: share and partner are drawn for each image, not once for a batch.

use std::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::config::AugmentConfig;
use crate::pixels::ImageShape;
use crate::random::beta;

/// What an image of a batch is mixed with, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    /// Index of the other image in the batch.
    pub partner: usize,
    /// Share of the image itself, `0` to `1` (lambda in the papers); the rest is its partner's.
    pub share: f32,
    /// CutMix: rows and columns that are taken from the partner; `None` for mixup.
    cut: Option<[Range<usize>; 2]>,
}

impl Mix {
    /// Draws the mix of the image at `position` of a batch of `batch_size` images; `None` where it is
    /// not mixed.
    pub fn draw(
        config: &AugmentConfig,
        shape: ImageShape,
        [position, batch_size]: [usize; 2],
        rng: &mut ChaCha8Rng,
    ) -> Option<Self> {
        let probabilities = &config.probabilities;
        let mixup = config.mixup > 0.0 && rng.random_bool(probabilities.mixup);
        let cutmix = config.cutmix > 0.0 && rng.random_bool(probabilities.cutmix);
        let cuts = cutmix && !(mixup && rng.random_bool(0.5));
        if batch_size < 2 || !(mixup || cutmix) {
            return None;
        }
        let partner = (position + rng.random_range(1..batch_size)) % batch_size;
        if !cuts {
            return Some(Self {
                partner,
                share: beta(rng, config.mixup) as f32,
                cut: None,
            });
        }
        let side = (1.0 - beta(rng, config.cutmix)).sqrt();
        let mut along = |length: usize| {
            let half = side * length as f64 / 2.0;
            let middle = rng.random_range(0.0..length as f64);
            let end = |at: f64| at.round().clamp(0.0, length as f64) as usize;
            end(middle - half)..end(middle + half)
        };
        let (rows, columns) = (along(shape.height), along(shape.width));
        // Less than was drawn where the rectangle reaches beyond the border.
        let area = (rows.len() * columns.len()) as f32;
        Some(Self {
            partner,
            share: 1.0 - area / (shape.height * shape.width) as f32,
            cut: Some([rows, columns]),
        })
    }

    /// Mixes `partner` into `pixels`; both are 8-bit values `[channels, height, width]`.
    pub fn apply(&self, pixels: &mut [u8], partner: &[u8], shape: ImageShape) {
        let Some([rows, columns]) = &self.cut else {
            for (pixel, &other) in pixels.iter_mut().zip(partner) {
                let (own, other) = (f32::from(*pixel), f32::from(other));
                *pixel = (other + self.share * (own - other) + 0.5) as u8;
            }
            return;
        };
        let area = shape.height * shape.width;
        for (plane, other) in pixels.chunks_mut(area).zip(partner.chunks(area)) {
            for row in rows.clone() {
                let cut = row * shape.width + columns.start..row * shape.width + columns.end;
                plane[cut.clone()].copy_from_slice(&other[cut]);
            }
        }
    }
}
