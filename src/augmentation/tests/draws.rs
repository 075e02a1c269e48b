//! Ranges and probabilities hold; draws depend on seed, epoch and image alone.

use rayon::prelude::*;

use super::*;

const IMAGES: usize = 4_000;

/// Shares of `IMAGES` for which `is` holds, within four standard deviations of `expected`.
fn assert_share(config: &AugmentConfig, expected: f64, is: impl Fn(&[u8]) -> bool) {
    let count = (0..IMAGES)
        .filter(|&index| is(&augmented(config, COLOR, 1, index)))
        .count();
    let deviation = (IMAGES as f64 * expected * (1.0 - expected)).sqrt();
    let difference = (count as f64 - IMAGES as f64 * expected).abs();
    assert!(difference <= 4.0 * deviation, "{config:?}: {count}");
}

#[test]
fn changes_are_made_as_often_as_their_probability_says() {
    let changed = |pixels: &[u8]| pixels != noise(COLOR, 9);
    for (text, expected) in [
        ("horizontal_flip = 0.3", 0.3),
        ("vertical_flip = 0.8", 0.8),
        ("noise = 20.0\nprobabilities = { noise = 0.25 }", 0.25),
        ("rotation = 40.0\nprobabilities = { rotation = 0.5 }", 0.5),
        ("contrast = 0.9\nprobabilities = { contrast = 0.0 }", 0.0),
        ("erasing = { probability = 0.4, value = \"random\" }", 0.4),
    ] {
        assert_share(&config(text), expected, changed);
    }
}

#[test]
fn geometric_changes_stay_within_their_ranges_and_use_them() {
    let config =
        config("shift = 0.25\nzoom = [0.8, 1.5]\nrotation = 20.0\nprobabilities = { shift = 1.0 }");
    let augmentation = Augmentation::new(&config, 7);
    let mut seen = [[f64::MAX, f64::MIN]; 4];
    for index in 0..IMAGES {
        let map = augmentation.draw_affine(COLOR, &mut augmentation.rng(Draws::Changes, 1, index));
        let [[a, b, x], [_, _, y]] = map.matrix;
        let values = [a.hypot(b), b.atan2(a).to_degrees(), x / 32.0, y / 24.0];
        for (range, value) in seen.iter_mut().zip(values) {
            *range = [range[0].min(value), range[1].max(value)];
        }
    }
    let expected = [[0.8, 1.5], [-20.0, 20.0], [-0.25, 0.25], [-0.25, 0.25]];
    for ([least, most], [lowest, highest]) in seen.into_iter().zip(expected) {
        let slack = 0.01 * (highest - lowest);
        assert!(lowest - 1e-9 <= least && least < lowest + slack, "{least}");
        assert!(highest - slack < most && most <= highest + 1e-9, "{most}");
    }
}

#[test]
fn factors_of_brightness_and_contrast_stay_within_their_ranges() {
    let shape = ImageShape::new(1, 1, 2);
    let brightness = Augmentation::new(&config("brightness = 0.2"), 7);
    let contrast = Augmentation::new(&config("contrast = 0.5"), 7);
    let (mut bright, mut far) = ([255, 0], [255, 0]);
    for index in 0..IMAGES {
        let mut pixels = [100, 100];
        brightness.apply(&mut pixels, shape, 1, index);
        bright = [bright[0].min(pixels[0]), bright[1].max(pixels[0])];
        let mut pixels = [80, 120];
        contrast.apply(&mut pixels, shape, 1, index);
        let distance = pixels[1] - pixels[0];
        far = [far[0].min(distance), far[1].max(distance)];
    }
    assert_eq!(bright, [80, 120]);
    assert_eq!(far, [20, 60]);
}

#[test]
fn erased_rectangles_have_the_configured_area_ratio_and_value() {
    let config =
        config("erasing = { probability = 1.0, area = [0.1, 0.2], ratio = [0.5, 2.0], value = 3 }");
    let shape = ImageShape::new(1, 60, 80);
    for index in 0..300 {
        let mut pixels = vec![200; shape.len()];
        Augmentation::new(&config, 5).apply(&mut pixels, shape, 1, index);
        let erased: Vec<usize> = (0..pixels.len()).filter(|&at| pixels[at] != 200).collect();
        assert!(erased.iter().all(|&at| pixels[at] == 3));
        let rows = erased[erased.len() - 1] / 80 - erased[0] / 80 + 1;
        let columns = erased.len() / rows;
        assert_eq!(erased.len(), rows * columns);
        let share = erased.len() as f64 / shape.len() as f64;
        assert!((0.095..0.205).contains(&share), "{share}");
        let ratio = rows as f64 / columns as f64;
        assert!((0.47..2.13).contains(&ratio), "{ratio}");
    }
}

#[test]
fn noise_has_its_standard_deviation() {
    let shape = ImageShape::new(1, 200, 200);
    let mut pixels = vec![128; shape.len()];
    Augmentation::new(&config("noise = 10.0"), 3).apply(&mut pixels, shape, 1, 0);
    let values: Vec<f64> = pixels
        .iter()
        .map(|&level| f64::from(level) - 128.0)
        .collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| value * value).sum();
    let deviation = (squares / values.len() as f64).sqrt();
    assert!(mean.abs() < 0.2, "{mean}");
    assert!((deviation - 10.0).abs() < 0.2, "{deviation}");
}

#[test]
fn every_operation_of_the_policy_changes_an_image_or_says_it_does_not() {
    let config = config("policy = \"randaugment\"\nnum_ops = 1\nmagnitude = 15");
    // One of fourteen is to leave the image alone; noise has all levels, so autocontrast does too.
    assert_share(&config, 2.0 / 14.0, |pixels| pixels == noise(COLOR, 9));
}

#[test]
fn seed_epoch_and_image_decide_and_nothing_else() {
    let config = config(ALL);
    let image = |seed: u64, epoch: usize, index: usize| {
        let mut pixels = noise(COLOR, 9);
        Augmentation::new(&config, seed).apply(&mut pixels, COLOR, epoch, index);
        pixels
    };
    let first = image(1, 1, 1);
    for other in [image(2, 1, 1), image(1, 2, 1), image(1, 1, 2)] {
        assert_ne!(first, other);
    }
    let of_threads = |threads: usize| -> Vec<Vec<u8>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let images = || (0..64).into_par_iter().map(|index| image(1, 3, index));
        pool.unwrap().install(|| images().collect())
    };
    let alone: Vec<Vec<u8>> = (0..64).rev().map(|index| image(1, 3, index)).collect();
    let alone: Vec<Vec<u8>> = alone.into_iter().rev().collect();
    for threads in [1, 2, 5] {
        assert_eq!(of_threads(threads), alone, "{threads} threads");
    }
}
