//! Mixed images and what they are counted as.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::*;
use crate::batching::ImageBatch;
use crate::data::Split;
use crate::data::sources::MemoryStore;
use crate::device;
use crate::device::DeviceChoice;

fn mixes(text: &str, count: usize) -> Vec<Mix> {
    let augmentation = Augmentation::new(&config(text), 42);
    (0..count)
        .filter_map(|index| augmentation.mix(COLOR, 1, index, [index % 8, 8]))
        .collect()
}

#[test]
fn partners_are_others_of_the_batch_each_as_often() {
    let augmentation = Augmentation::new(&config("mixup = 0.2"), 42);
    let mut counts = [0; 8];
    for index in 0..7_000 {
        let mix = augmentation.mix(COLOR, 1, index, [3, 8]).unwrap();
        counts[mix.partner] += 1;
    }
    assert_eq!(counts[3], 0);
    let others = counts.iter().enumerate().filter(|(place, _)| *place != 3);
    for (place, count) in others {
        assert!((880..1_120).contains(count), "{place}: {count}");
    }
    assert_eq!(augmentation.mix(COLOR, 1, 0, [0, 1]), None);
}

#[test]
fn mixup_blends_by_its_share() {
    let (own, other) = (noise(COLOR, 1), noise(COLOR, 2));
    for mix in mixes("mixup = 1.0", 50) {
        let mut pixels = own.clone();
        mix.apply(&mut pixels, &other, COLOR);
        for ((pixel, own), other) in pixels.iter().zip(&own).zip(&other) {
            let expected = mix.share * f32::from(*own) + (1.0 - mix.share) * f32::from(*other);
            assert!((f32::from(*pixel) - expected).abs() <= 0.51);
        }
    }
}

#[test]
fn cutmix_counts_the_pixels_that_it_replaces() {
    let mut largest = 0.0f32;
    for mix in mixes("cutmix = 1.0", 300) {
        let mut pixels = vec![0; COLOR.len()];
        mix.apply(&mut pixels, &vec![255; COLOR.len()], COLOR);
        let replaced = pixels.iter().filter(|&&pixel| pixel == 255).count();
        let share = replaced as f32 / COLOR.len() as f32;
        assert!((share + mix.share - 1.0).abs() < 1e-6);
        largest = largest.max(share);
    }
    assert!(largest > 0.8, "{largest}");
}

#[test]
fn mixup_and_cutmix_take_turns_where_both_are_on() {
    let text = "mixup = 1.0\ncutmix = 1.0\nprobabilities = { mixup = 0.5 }";
    let (own, other) = (vec![0; COLOR.len()], vec![255; COLOR.len()]);
    let all = mixes(text, 4_000);
    assert_eq!(all.len(), 4_000);
    let blended = all.iter().filter(|mix| {
        let mut pixels = own.clone();
        mix.apply(&mut pixels, &other, COLOR);
        pixels.iter().any(|&pixel| pixel != 0 && pixel != 255)
    });
    // Half of the images have both, half of these are blended.
    let blended = blended.count();
    assert!((880..1_120).contains(&blended), "{blended}");
}

#[test]
fn a_batch_is_mixed_with_itself_and_its_targets_with_it() {
    let shape = ImageShape::new(1, 4, 5);
    // Image `n` is `20 n` grey and of class `n`.
    let pixels = (0..10u8).flat_map(|n| [20 * n; 20]).collect();
    let store = MemoryStore::new("toy", shape, pixels, (0..10).collect());
    let split = Split::whole(Arc::new(store));
    let device = device::open(DeviceChoice::cpu(), &()).unwrap().device;
    let augmentation = Augmentation::new(&config("mixup = 1.0"), 42);
    let indices: Vec<usize> = (0..10).rev().collect();
    let read = |epoch| {
        let augmentation = (&augmentation, epoch);
        ImageBatch::read_augmented(&split, &indices, augmentation, &device).unwrap()
    };
    let batch = read(1);
    let mixed = batch.mixed.unwrap();
    let values = |tensor: Tensor<1>| tensor.into_data().iter::<f64>().collect::<Vec<_>>();
    let images: Vec<f64> = batch.images.clone().into_data().iter().collect();
    let (targets, others) = (values(batch.targets.float()), values(mixed.others.float()));
    let shares = values(mixed.shares);
    assert!(shares.iter().all(|share| (0.0..=0.5).contains(share)));
    assert!(shares.iter().any(|share| *share > 0.1));
    for place in 0..10 {
        let grey = images[20 * place] * 255.0 / 20.0;
        let expected = (1.0 - shares[place]) * targets[place] + shares[place] * others[place];
        assert!((grey - expected).abs() < 0.03, "{grey}, not {expected}");
        let own = indices[place] as f64;
        assert!(targets[place] == own || others[place] == own);
    }
    let images = |epoch| read(epoch).images.into_data();
    assert_eq!(images(1), batch.images.into_data());
    assert_ne!(images(1), images(2));
}
