//! Random changes of training images, so that a network sees each of them in many ways.
//!
//! What becomes of an image follows from the seed, the epoch and the image's place in its split,
//! and from nothing else: not from threads, nor from what was drawn before. A resumed training sees
//! what an uninterrupted one would have seen.
//!
//! The order is: one warp of all movements, brightness, contrast, the policy's operations, blur,
//! noise, erasing; then images are mixed.

mod affine;
mod check;
mod color;
mod config;
mod erase;
mod mix;
mod preview;
mod randaugment;
mod random;
mod warp;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::pixels::ImageShape;

use affine::Affine;
use randaugment::Drawn;
use warp::{Border, warp};

pub use config::{AugmentConfig, EraseValue, Erasing, Fill, Policy, Probabilities, Zoom};
pub use mix::Mix;
pub use preview::preview;

/// What `[augment]` says, ready to be done.
#[derive(Debug, Clone)]
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

    /// Changes the image at `index` of the split as `epoch` sees it, mixing apart: 8-bit values
    /// `[channels, height, width]`.
    pub fn apply(&self, pixels: &mut [u8], shape: ImageShape, epoch: usize, index: usize) {
        let rng = &mut self.rng(1, epoch, index);
        let config = &self.config;
        let often = &config.probabilities;
        let policy = match config.policy {
            Some(_) if rng.random_bool(often.policy) => Drawn::draw(config, rng),
            _ => Drawn::default(),
        };
        let middle = [shape.width, shape.height].map(|side| (side as f64 - 1.0) / 2.0);
        let movement = (self.movement(shape, rng))
            .then(policy.movement(shape))
            .about(middle);
        let border = Border {
            fill: config.fill,
            level: config.fill_value.min(255) as u8,
        };
        warp(pixels, shape, movement, border);
        if let Some(factor) = factor(config.brightness, often.brightness, rng) {
            color::brightness(pixels, factor);
        }
        if let Some(factor) = factor(config.contrast, often.contrast, rng) {
            color::contrast(pixels, shape, factor);
        }
        policy.recolor(pixels, shape);
        if config.blur > 0.0 && rng.random_bool(often.blur) {
            let sigma = rng.random_range(0.0..=config.blur) as f32;
            // Below this a neighbour's weight is less than a level.
            if sigma > 0.1 {
                color::blur(pixels, shape, sigma);
            }
        }
        if config.noise > 0.0 && rng.random_bool(often.noise) {
            color::noise(pixels, config.noise as f32, rng);
        }
        if let Some(erasing) = &config.erasing {
            erase::erase(pixels, shape, erasing, rng);
        }
    }

    /// What the image at `index` of the split is mixed with in `epoch`, at position `place[0]` of a
    /// batch of `place[1]` images.
    pub fn mix(
        &self,
        shape: ImageShape,
        epoch: usize,
        index: usize,
        place: [usize; 2],
    ) -> Option<Mix> {
        match self.mixes() {
            true => Mix::draw(&self.config, shape, place, &mut self.rng(2, epoch, index)),
            false => None,
        }
    }

    /// The generator of `draw`, one for each image and epoch.
    fn rng(&self, draw: u64, epoch: usize, index: usize) -> ChaCha8Rng {
        // Splits and orders draw from the same seed.
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ ((0xa0 + draw) << 56));
        rng.set_stream(((epoch as u64) << 32) | index as u64);
        rng
    }

    /// All movements but those of a policy, about the origin.
    fn movement(&self, shape: ImageShape, rng: &mut ChaCha8Rng) -> Affine {
        let config = &self.config;
        let often = &config.probabilities;
        let mirrored = |probability: f64, rng: &mut ChaCha8Rng| {
            let mirrored = probability > 0.0 && rng.random_bool(probability);
            if mirrored { -1.0 } else { 1.0 }
        };
        let mut map = Affine::scale(
            mirrored(config.horizontal_flip, rng),
            mirrored(config.vertical_flip, rng),
        );
        let zooms = (config.zoom.least, config.zoom.most) != (1.0, 1.0);
        if zooms && rng.random_bool(often.zoom) {
            let factor = rng.random_range(config.zoom.least..=config.zoom.most);
            map = map.then(Affine::scale(factor, factor));
        }
        if let Some(degrees) = either_way(config.shear, often.shear, rng) {
            map = map.then(Affine::shear(degrees.to_radians().tan(), 0.0));
        }
        if let Some(degrees) = either_way(config.rotation, often.rotation, rng) {
            map = map.then(Affine::rotation(degrees));
        }
        if config.shift > 0.0 && rng.random_bool(often.shift) {
            let [x, y] = [shape.width, shape.height]
                .map(|side| side as f64 * rng.random_range(-config.shift..=config.shift));
            map = map.then(Affine::shift(x, y));
        }
        if config.crop > 0 && rng.random_bool(often.crop) {
            let padding = config.crop as i64;
            let [x, y] = [(); 2].map(|()| rng.random_range(-padding..=padding) as f64);
            map = map.then(Affine::shift(x, y));
        }
        map
    }
}

/// A value between `-most` and `most`; `None` where that is off or does not come up.
fn either_way(most: f64, probability: f64, rng: &mut ChaCha8Rng) -> Option<f64> {
    (most > 0.0 && rng.random_bool(probability)).then(|| rng.random_range(-most..=most))
}

/// A factor between `1 - range` and `1 + range`; `None` where that is off or does not come up.
fn factor(range: f64, probability: f64, rng: &mut ChaCha8Rng) -> Option<f32> {
    either_way(range, probability, rng).map(|by| (1.0 + by) as f32)
}

#[cfg(test)]
mod tests;
