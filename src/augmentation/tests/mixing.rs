//! Mixed images and the shares that their targets have.

use super::*;

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
fn mixup_and_cutmix_are_equally_likely_where_both_are_on() {
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
