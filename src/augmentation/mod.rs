//! Random changes of training images, so that a network sees another version of each in every epoch.
//!
//! How an image is changed depends on the seed, the epoch and the image's index in its split only, not
//! on threads or on what was drawn for others. A resumed training therefore sees the same images as an
//! uninterrupted one.
//!
//! The order is: all geometric changes as one warp, brightness, contrast, the colour operations of the
//! policy, blur, noise, erasing; then images of a batch are mixed.

mod config;

mod affine;
mod color;
mod erase;
mod mix;
mod randaugment;
mod warp;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::pixels::ImageShape;

use affine::Affine;
use randaugment::PolicyDraw;
use warp::{Border, warp};

pub use config::{
    AugmentConfig, AugmentError, EraseValue, Erasing, Fill, Policy, Probabilities, Zoom,
};
pub use mix::Mix;

/// The two generators of an image in an epoch: a change of the first must not shift the draws of the
/// second.
#[derive(Debug, Clone, Copy)]
enum Draws {
    Changes = 1,
    Mix = 2,
}

/// The changes that `[augment]` describes, with the seed that they are drawn from.
#[derive(Debug, Clone, Serialize)]
pub struct Augmentation {
    config: AugmentConfig,
    seed: u64,
}

impl Augmentation {
    /// `config` has passed its [`check`](AugmentConfig::check).
    pub fn new(config: &AugmentConfig, seed: u64) -> Self {
        Self {
            config: config.clone(),
            seed,
        }
    }

    /// Whether images are mixed with others of their batch.
    pub fn mixes(&self) -> bool {
        self.config.mixes()
    }

    /// Changes `pixels`, the image at `index` of the split, for `epoch`, mixing excepted: 8-bit values
    /// `[channels, height, width]`.
    pub fn apply(&self, pixels: &mut [u8], shape: ImageShape, epoch: usize, index: usize) {
        let rng = &mut self.rng(Draws::Changes, epoch, index);
        let config = &self.config;
        let probabilities = &config.probabilities;
        let policy = match config.policy {
            Some(_) if rng.random_bool(probabilities.policy) => PolicyDraw::draw(config, rng),
            _ => PolicyDraw::default(),
        };
        let center = [shape.width, shape.height].map(|side| (side as f64 - 1.0) / 2.0);
        let map = (self.draw_affine(shape, rng))
            .then(policy.affine(shape))
            .about(center);
        let border = Border {
            fill: config.fill,
            level: config.fill_value.min(255) as u8,
        };
        warp(pixels, shape, map, border);
        if let Some(factor) = factor(config.brightness, probabilities.brightness, rng) {
            color::brightness(pixels, factor);
        }
        if let Some(factor) = factor(config.contrast, probabilities.contrast, rng) {
            color::contrast(pixels, shape, factor);
        }
        policy.recolor(pixels, shape);
        if config.blur > 0.0 && rng.random_bool(probabilities.blur) {
            let sigma = rng.random_range(0.0..=config.blur) as f32;
            // With less, the weight of a neighbour is below one grey level.
            if sigma > 0.1 {
                color::blur(pixels, shape, sigma);
            }
        }
        if config.noise > 0.0 && rng.random_bool(probabilities.noise) {
            color::noise(pixels, config.noise as f32, rng);
        }
        if let Some(erasing) = &config.erasing {
            erase::erase(pixels, shape, erasing, rng);
        }
    }

    /// What the image at `index` of the split is mixed with in `epoch`, in a batch where it is at
    /// `position`, which is `[index in the batch, batch size]`.
    pub fn mix(
        &self,
        shape: ImageShape,
        epoch: usize,
        index: usize,
        position: [usize; 2],
    ) -> Option<Mix> {
        match self.mixes() {
            true => Mix::draw(
                &self.config,
                shape,
                position,
                &mut self.rng(Draws::Mix, epoch, index),
            ),
            false => None,
        }
    }

    /// The generator of an image in an epoch.
    fn rng(&self, draws: Draws, epoch: usize, index: usize) -> ChaCha8Rng {
        // Splits and the order of images are drawn from the plain seed.
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ ((0xa0 + draws as u64) << 56));
        rng.set_stream(((epoch as u64) << 32) | index as u64);
        rng
    }

    /// All geometric changes but those of the policy, about the origin.
    fn draw_affine(&self, shape: ImageShape, rng: &mut ChaCha8Rng) -> Affine {
        let config = &self.config;
        let probabilities = &config.probabilities;
        let flip = |probability: f64, rng: &mut ChaCha8Rng| {
            let flipped = probability > 0.0 && rng.random_bool(probability);
            if flipped { -1.0 } else { 1.0 }
        };
        let mut map = Affine::scale(
            flip(config.horizontal_flip, rng),
            flip(config.vertical_flip, rng),
        );
        if config.zoom.is_on() && rng.random_bool(probabilities.zoom) {
            let factor = rng.random_range(config.zoom.least..=config.zoom.most);
            map = map.then(Affine::scale(factor, factor));
        }
        if let Some(degrees) = symmetric(config.shear, probabilities.shear, rng) {
            map = map.then(Affine::shear(degrees.to_radians().tan(), 0.0));
        }
        if let Some(degrees) = symmetric(config.rotation, probabilities.rotation, rng) {
            map = map.then(Affine::rotation(degrees));
        }
        if config.shift > 0.0 && rng.random_bool(probabilities.shift) {
            let [x, y] = [shape.width, shape.height]
                .map(|side| side as f64 * rng.random_range(-config.shift..=config.shift));
            map = map.then(Affine::shift(x, y));
        }
        if config.crop > 0 && rng.random_bool(probabilities.crop) {
            let padding = config.crop as i64;
            let [x, y] = [(); 2].map(|()| rng.random_range(-padding..=padding) as f64);
            map = map.then(Affine::shift(x, y));
        }
        map
    }
}

/// A value between `-most` and `most`; `None` where `most` is 0 or the probability says not to.
fn symmetric(most: f64, probability: f64, rng: &mut ChaCha8Rng) -> Option<f64> {
    (most > 0.0 && rng.random_bool(probability)).then(|| rng.random_range(-most..=most))
}

/// A factor between `1 - range` and `1 + range`; `None` where `range` is 0 or the probability says not
/// to.
fn factor(range: f64, probability: f64, rng: &mut ChaCha8Rng) -> Option<f32> {
    symmetric(range, probability, rng).map(|by| (1.0 + by) as f32)
}

#[cfg(test)]
mod tests;
