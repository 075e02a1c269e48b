//! What the network sees of images in pixel space is what it sees at prediction.

use super::super::normalize::normalize;
use super::*;
use crate::reference::devices;

/// What the network sees of 8-bit images at prediction.
fn by_tables(normalization: &Normalization, pixels: &[u8]) -> Vec<f32> {
    let tables = normalization.tables();
    let mut values = vec![0.0; pixels.len()];
    let images = pixels.chunks(INPUT.len());
    for (pixels, values) in images.zip(values.chunks_mut(INPUT.len())) {
        tables.apply(pixels, values);
    }
    values
}

fn that_normalize() -> impl Iterator<Item = Normalization> {
    // Without any statistics the tables have no channel to be applied to.
    (normalizations().into_iter()).filter(|n| n.per_image || !n.mean.is_empty())
}

#[test]
fn every_normalization_gives_what_the_tables_give() {
    let pixels = pixels(7);
    for device in devices() {
        for normalization in that_normalize() {
            let expected: Vec<f64> = (by_tables(&normalization, &pixels).into_iter())
                .map(f64::from)
                .collect();
            let normalized = values(normalize(images(&pixels, &device), &normalization));
            let what = format!("{normalization:?} on {device:?}");
            assert_close(&normalized, &expected, 1e-6, &what);
        }
    }
}

#[test]
fn logits_are_those_of_prediction() {
    let pixels = pixels(4);
    for device in devices() {
        let network = smooth(&device);
        for normalization in that_normalize() {
            let gradient = InputGradient::new(&network, &normalization, &device);
            let logits = values(gradient.logits(images(&pixels, &device)));
            let seen = tensor(by_tables(&normalization, &pixels), &device);
            let what = format!("{normalization:?} on {device:?}");
            assert_close(&logits, &values(network.forward(seen)), 2e-6, &what);
        }
    }
}

#[test]
fn uniform_images_are_zero_per_image_and_have_finite_gradients() {
    for device in devices() {
        let pixels = [vec![90; INPUT.len()], vec![0; INPUT.len()]].concat();
        let normalization = Normalization::per_image();
        let normalized = values(normalize(images(&pixels, &device), &normalization));
        assert!(normalized.iter().all(|value| *value == 0.0));
        let gradient = InputGradient::new(&smooth(&device), &normalization, &device);
        let score = gradient.of_logits(images(&pixels, &device), |outputs| {
            outputs.features.flatten().sum_dim(1).squeeze_dim(1)
        });
        let gradient = values(score.unwrap().gradient);
        assert!(gradient.iter().all(|value| value.is_finite()));
    }
}
