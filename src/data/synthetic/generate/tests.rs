//! What must hold for every drawn data set.

use std::collections::HashSet;

use super::*;
use crate::data::store::ImageStore;
use crate::pixels::ImageShape;

const ALL: [Drawing; 3] = [Drawing::Garments, Drawing::Digits, Drawing::Pets];

fn images(drawing: Drawing, split: SyntheticSplit, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let (pixels, _) = draw_split(drawing, split, count, seed);
    pixels
        .chunks_exact(drawing.shape().len())
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn a_store_holds_as_many_images_of_the_right_shape_as_asked_for() {
    for drawing in ALL {
        let store = draw(drawing, SyntheticSplit::Test, 7, 1);
        assert_eq!(store.len(), 7);
        assert_eq!(store.shape(), drawing.shape());
        let mut image = vec![0; drawing.shape().len()];
        store
            .read(6, &mut image)
            .expect("the last image can be read");
        assert!(
            image.iter().any(|&value| value > 0),
            "{} 6 is black",
            drawing.name()
        );
    }
    assert_eq!(Drawing::Garments.shape(), ImageShape::new(1, 28, 28));
    assert_eq!(Drawing::Pets.shape(), ImageShape::new(3, 64, 64));
}

#[test]
fn nothing_is_drawn_when_nothing_is_asked_for() {
    assert_eq!(draw(Drawing::Digits, SyntheticSplit::Train, 0, 1).len(), 0);
}

#[test]
fn classes_are_balanced_and_shuffled() {
    for drawing in ALL {
        let num_classes = drawing.classes().len();
        let (_, labels) = draw_split(drawing, SyntheticSplit::Train, 20 * num_classes + 1, 5);
        let mut counts = vec![0; num_classes];
        labels
            .iter()
            .for_each(|&label| counts[usize::from(label)] += 1);
        assert!(
            counts.iter().all(|count| (20..=21).contains(count)),
            "{counts:?}"
        );
        let in_order = |(index, &label): (usize, &u16)| index % num_classes == usize::from(label);
        assert!(
            !labels.iter().enumerate().all(in_order),
            "{} is in order",
            drawing.name()
        );
    }
}

#[test]
fn the_same_seed_draws_the_same_bytes_and_another_seed_draws_others() {
    for drawing in ALL {
        let first = images(drawing, SyntheticSplit::Train, 20, 1);
        assert_eq!(first, images(drawing, SyntheticSplit::Train, 20, 1));
        let other = images(drawing, SyntheticSplit::Train, 20, 2);
        assert!(first.iter().zip(&other).all(|(one, two)| one != two));
    }
}

#[test]
fn asking_for_more_images_keeps_the_earlier_ones() {
    for drawing in ALL {
        let (few, few_labels) = draw_split(drawing, SyntheticSplit::Train, 13, 3);
        let (many, many_labels) = draw_split(drawing, SyntheticSplit::Train, 40, 3);
        assert!(many.starts_with(&few));
        assert!(many_labels.starts_with(&few_labels));
    }
}

#[test]
fn no_image_is_drawn_twice_within_or_across_the_splits() {
    for drawing in ALL {
        let mut seen: HashSet<Vec<u8>> = HashSet::new();
        for split in [SyntheticSplit::Train, SyntheticSplit::Test] {
            for image in images(drawing, split, 200, 4) {
                assert!(seen.insert(image), "{} repeats an image", drawing.name());
            }
        }
    }
}

#[test]
fn every_class_is_visible_and_differs_from_the_others_on_average() {
    const COUNT: usize = 60;
    for drawing in ALL {
        let means: Vec<Vec<f32>> = (0..drawing.classes().len())
            .map(|class| {
                let mut mean = vec![0.0; drawing.shape().len()];
                for seed in 0..COUNT as u64 {
                    let mut rng = ChaCha8Rng::seed_from_u64(seed);
                    let image = drawing.draw(class, &mut rng).into_bytes();
                    let bright = image.iter().filter(|&&value| value > 60).count();
                    assert!(
                        bright * 40 > image.len(),
                        "{} {class} {seed}",
                        drawing.name()
                    );
                    for (sum, value) in mean.iter_mut().zip(image) {
                        *sum += f32::from(value) / COUNT as f32;
                    }
                }
                mean
            })
            .collect();
        for (class, one) in means.iter().enumerate() {
            for (other, two) in means.iter().enumerate().skip(class + 1) {
                let distance =
                    one.iter().zip(two).map(|(a, b)| (a - b).abs()).sum::<f32>() / one.len() as f32;
                assert!(distance > 2.5, "{class} and {other} are {distance} apart");
            }
        }
    }
}

/// The bytes must be the same on every machine and after every refactoring. A change here
/// is a change of the data sets: earlier results can no longer be compared.
#[test]
fn the_fingerprints_are_those_of_record() {
    let expected = [
        "ee4d3c7971617005cdb28735c5d565201f2534eeb439f28dd94239ab9ff802f6",
        "70d1eae64a265a90ff9b5eff27597be966b96d441c2d88ac58ade5d8b8a572d0",
        "cd0674b912b4313532cfc3fa996d2e344ff980c76545d2087500587eb6d6a0bd",
    ];
    for (drawing, expected) in ALL.into_iter().zip(expected) {
        let dataset = load(drawing, 30, 10, 42);
        assert_eq!(dataset.fingerprint, expected, "{}", drawing.name());
        assert_eq!(dataset.classes.len(), drawing.classes().len());
        assert_eq!(
            (dataset.train.len(), dataset.test.map(|test| test.len())),
            (30, Some(10))
        );
    }
}
