use super::*;

mod draws;
mod mixing;
mod properties;
mod reference;

const COLOR: ImageShape = ImageShape::new(3, 24, 32);

/// Noise, the same on every machine.
fn noise(shape: ImageShape, seed: u64) -> Vec<u8> {
    let mut pixels = vec![0; shape.len()];
    ChaCha8Rng::seed_from_u64(seed).fill(&mut pixels[..]);
    pixels
}

/// `[augment]` with these keys.
fn config(text: &str) -> AugmentConfig {
    let config: AugmentConfig = toml::from_str(text).unwrap();
    config.check().unwrap();
    config
}

fn augmented(config: &AugmentConfig, shape: ImageShape, epoch: usize, index: usize) -> Vec<u8> {
    let mut pixels = noise(shape, 9);
    Augmentation::new(config, 42).apply(&mut pixels, shape, epoch, index);
    pixels
}

/// Everything at once.
const ALL: &str = r#"
rotation = 30.0
shift = 0.2
zoom = 0.3
shear = 15.0
horizontal_flip = 0.5
vertical_flip = 0.5
crop = 3
brightness = 0.4
contrast = 0.4
noise = 8.0
blur = 1.0
policy = "randaugment"
erasing = { probability = 0.5 }
"#;
