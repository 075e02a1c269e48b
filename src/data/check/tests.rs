//! The checks on small data sets with known faults.

use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{GrayImage, Luma};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::data::decoding::Sketch;
use crate::data::normalization::Normalize;
use crate::data::sources::MemoryStore;
use crate::data::splits::SplitOptions;
use crate::data::store::{ImageStore, RawDataset};
use crate::pixels::ImageShape;

const SIDE: usize = 32;
const SHAPE: ImageShape = ImageShape::new(1, SIDE, SIDE);

/// A smooth picture that no other seed gives.
fn picture(seed: u64) -> GrayImage {
    sized_picture(seed, SIDE as u32)
}

fn sized_picture(seed: u64, side: u32) -> GrayImage {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let coarse = GrayImage::from_fn(6, 6, |_, _| Luma([rng.random_range(30..200)]));
    resize(&coarse, side, side, FilterType::Triangle)
}

fn changed(picture: &GrayImage, change: impl Fn(f32) -> f32) -> GrayImage {
    let mut changed = picture.clone();
    changed
        .iter_mut()
        .for_each(|value| *value = change(f32::from(*value)) as u8);
    changed
}

fn store(images: &[(GrayImage, u16)]) -> Arc<dyn ImageStore> {
    let pixels = images.iter().flat_map(|(image, _)| image.as_raw().clone());
    let labels = images.iter().map(|(_, label)| *label).collect();
    Arc::new(MemoryStore::new("toy", SHAPE, pixels.collect(), labels))
}

fn dataset(splits: [&[(GrayImage, u16)]; 3]) -> Dataset {
    let [train, valid, test] = splits.map(store);
    let raw = RawDataset {
        name: "toy".into(),
        classes: vec!["cat".into(), "dog".into()],
        train,
        valid: Some(valid),
        test: Some(test),
        fingerprint: String::new(),
        skipped: Vec::new(),
    };
    let options = SplitOptions {
        valid_fraction: 0.0,
        test_fraction: 0.0,
        train_images: None,
        test_images: None,
        normalize: Normalize::Unit,
        pretrained: None,
        may_be_untrained: false,
        seed: 1,
    };
    Dataset::split(raw, options).unwrap()
}

/// Pictures that have nothing to do with each other, cats and dogs in turn.
fn strangers(seeds: std::ops::Range<u64>) -> Vec<(GrayImage, u16)> {
    seeds
        .map(|seed| (picture(seed), (seed % 2) as u16))
        .collect()
}

fn said(check: &DataCheck, level: Level) -> Vec<String> {
    let findings = check
        .findings
        .iter()
        .filter(|finding| finding.level == level);
    findings.map(ToString::to_string).collect()
}

fn sketch(image: &GrayImage) -> Sketch {
    let shape = ImageShape::new(1, image.height() as usize, image.width() as usize);
    Sketch::new(image.as_raw(), image.as_raw(), shape)
}

#[test]
fn strangers_give_no_findings() {
    let splits = [strangers(0..200), strangers(200..230), strangers(230..300)];
    let check = check(
        &dataset(splits.each_ref().map(Vec::as_slice)),
        0.1,
        false,
        &(),
    )
    .unwrap();
    assert!(
        check.findings.is_empty(),
        "{:?}",
        said(&check, Level::Warning)
    );
    assert_eq!((check.images, check.all_pairs), ([200, 30, 70], 0));
    assert_eq!(check.classes[1].images, [100, 15, 35]);
    check.refuse_leaks().unwrap();
}

#[test]
fn an_image_is_known_again_after_compression_scaling_and_other_light() {
    let (mut known, images) = (0, 100);
    for seed in 0..images {
        let original = sized_picture(seed, 160);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 40)
            .encode_image(&original)
            .unwrap();
        let compressed = image::load_from_memory(&jpeg).unwrap().into_luma8();
        let smaller = resize(&original, 90, 84, FilterType::Triangle);
        let lighter = changed(&original, |value| value * 0.8 + 45.0);
        let sketched = sketch(&original);
        for other in [compressed, smaller, lighter] {
            known += u64::from(sketched.near_duplicate_distance(&sketch(&other)).is_some());
        }
        assert_eq!(
            sketched.near_duplicate_distance(&sketch(&sized_picture(seed + images, 160))),
            None
        );
    }
    assert!(known * 100 >= 97 * 3 * images, "{known} of {}", 3 * images);
}

#[test]
fn images_in_two_splits_are_counted_and_named() {
    let (train, valid) = (strangers(0..50), strangers(50..60));
    let mut test = strangers(60..80);
    test[3] = train[7].clone();
    test[4] = (changed(&train[8].0, |value| value * 0.9 + 10.0), train[8].1);
    let splits = [&train[..], &valid, &test];
    let found = check(&dataset(splits), 0.1, false, &()).unwrap();
    let warnings = said(&found, Level::Warning);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("test images that are among the training images as well: 2 (10.00%)")
            && warnings[0].contains("1 exactly, 1 nearly"),
        "{warnings:?}"
    );
    let pairs: Vec<String> = found
        .pairs_of(&found.findings[0])
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        pairs[0],
        "training image 7 (dog, toy 7) is test image 3 (dog, toy 3)"
    );
    assert!(
        pairs[1].starts_with("training image 8 (cat, toy 8) is nearly test image 4 (cat, toy 4)"),
        "{pairs:?}"
    );
    found.refuse_leaks().unwrap();

    let refused = check(&dataset(splits), 0.09, false, &()).unwrap();
    let error = refused.refuse_leaks().unwrap_err().to_string();
    for part in [
        "toy",
        "2 (10.00%)",
        "9.00%",
        "data.max_leak_fraction",
        "convlab data check",
    ] {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn a_copy_of_a_copy_is_found_in_every_split_it_is_in() {
    let mut splits = [strangers(0..20), strangers(20..30), strangers(30..40)];
    let copied = splits[0][5].clone();
    splits[1][0] = copied.clone();
    splits[2][0] = copied.clone();
    splits[0][6] = (copied.0, 1 - copied.1);
    let check = check(
        &dataset(splits.each_ref().map(Vec::as_slice)),
        1.0,
        false,
        &(),
    )
    .unwrap();
    let kinds: Vec<String> = (check.findings.iter())
        .map(|finding| match &finding.about {
            About::Leak {
                into, from, counts, ..
            } => format!("{from} {into} {}", counts.exact),
            About::Disagreement(counts) => format!("disagree {}", counts.exact),
            About::Repeated { split, counts, .. } => format!("repeated {split} {}", counts.exact),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "train test 1",
            "train valid 1",
            "valid test 1",
            "disagree 1",
            "repeated train 2"
        ]
    );
    assert_eq!(check.all_pairs, 3);
}

#[test]
fn images_of_one_colour_are_named_and_are_nobody_s_copies() {
    let mut splits = [strangers(0..20), strangers(20..30), strangers(30..40)];
    let black = GrayImage::new(SIDE as u32, SIDE as u32);
    for (split, at) in [(0, 2), (0, 3), (2, 9)] {
        splits[split][at].0 = black.clone();
    }
    // Almost black: the same values would be copies, and here are other ones.
    for (at, value) in [(10, 1), (11, 2)] {
        splits[0][at].0 = black.clone();
        splits[0][at].0.put_pixel(3, 3, Luma([value]));
    }
    let check = check(
        &dataset(splits.each_ref().map(Vec::as_slice)),
        0.0,
        false,
        &(),
    )
    .unwrap();
    assert_eq!(said(&check, Level::Warning), ["images of one colour: 3"]);
    let places: Vec<String> = check.constant.iter().map(ToString::to_string).collect();
    assert_eq!(places[2], "test image 9 (dog, toy 9)");
    assert_eq!(check.all_pairs, 0);
}

#[test]
fn classes_of_different_sizes_and_absent_ones_are_warned_of() {
    let mut splits = [strangers(0..40), strangers(40..50), strangers(50..60)];
    for (image, (_, label)) in splits[0].iter_mut().enumerate() {
        *label = u16::from(image % 8 == 0);
    }
    splits[2].iter_mut().for_each(|(_, label)| *label = 0);
    let data = dataset(splits.each_ref().map(Vec::as_slice));
    let warnings = said(&check(&data, 1.0, false, &()).unwrap(), Level::Warning);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_eq!(warnings[0], "no test image is of class dog");
    assert!(
        warnings[1].contains("cat has 7.0 times as many"),
        "{warnings:?}"
    );
    let weighted = said(&check(&data, 1.0, true, &()).unwrap(), Level::Warning);
    assert_eq!(weighted.len(), 1, "{weighted:?}");
}

#[test]
fn a_background_that_tells_the_class_is_warned_of() {
    let mut splits = [strangers(0..60), strangers(60..70), strangers(70..80)];
    let before = check(
        &dataset(splits.each_ref().map(Vec::as_slice)),
        1.0,
        false,
        &(),
    )
    .unwrap();
    assert!(before.background.unwrap().explained < 0.14);
    for (image, label) in &mut splits[0] {
        for (x, y) in [(0, 0), (28, 0), (0, 28), (28, 28)] {
            let level = if *label == 1 { 180 } else { 40 };
            (0..16).for_each(|at| image.put_pixel(x + at % 4, y + at / 4, Luma([level])));
        }
    }
    let check = check(
        &dataset(splits.each_ref().map(Vec::as_slice)),
        1.0,
        false,
        &(),
    )
    .unwrap();
    let background = check.background.as_ref().unwrap();
    assert!((background.explained - 1.0).abs() < 1e-6);
    assert_eq!(background.classes, [[40.0, 0.0], [180.0, 0.0]]);
    let warnings = said(&check, Level::Warning);
    assert!(
        warnings[0].contains("from grey level 40 (cat) to 180 (dog): the class explains 100%"),
        "{warnings:?}"
    );
}

#[test]
fn the_search_finds_what_comparing_everything_finds() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut images = strangers(0..150);
    for at in 0..150 {
        let level = rng.random_range(0.0..12.0_f32);
        let noise: Vec<f32> = (0..SIDE * SIDE)
            .map(|_| rng.random_range(-level..=level))
            .collect();
        let mut noisy = images[at].0.clone();
        let values = noisy.iter_mut().zip(noise);
        values.for_each(|(value, noise)| *value = (f32::from(*value) + noise) as u8);
        images.push((noisy, rng.random_range(0..2)));
    }
    let sketched_images: Vec<SketchedImage> = (images.iter().enumerate())
        .map(|(at, (image, label))| SketchedImage {
            split: at % 3,
            index: at,
            label: usize::from(*label),
            sketch: sketch(image),
        })
        .collect();
    let found = duplicates::find(&sketched_images, &());
    let (mut pairs, mut disagreeing) = (0, 0);
    let mut near = [[0; 3]; 3];
    for one in &sketched_images {
        let mut splits = [false; 3];
        for other in sketched_images
            .iter()
            .filter(|other| other.index != one.index)
        {
            if one.sketch.near_duplicate_distance(&other.sketch).is_some() {
                splits[other.split] = true;
                pairs += 1;
                disagreeing += usize::from(one.label != other.label);
            }
        }
        (0..3).for_each(|from| near[one.split][from] += usize::from(splits[from]));
    }
    assert!(pairs > 100, "{pairs}");
    assert_eq!(
        (found.all_pairs, found.disagreeing.near),
        (pairs / 2, disagreeing / 2)
    );
    assert_eq!(found.counts.map(|row| row.map(|counts| counts.near)), near);
}

proptest! {
    #[test]
    fn an_image_of_any_size_can_be_sketched(
        rgb: bool,
        height in 1_usize..40,
        width in 1_usize..40,
        seed: u64,
    ) {
        let shape = ImageShape::new(if rgb { 3 } else { 1 }, height, width);
        let mut pixels = vec![0; shape.len()];
        ChaCha8Rng::seed_from_u64(seed).fill(&mut pixels[..]);
        let one = Sketch::new(&pixels, &pixels, shape);
        if one.has_detail() {
            prop_assert_eq!(one.near_duplicate_distance(&one), Some(0));
        }
        prop_assert!((0.0..=255.0).contains(&one.background));
    }
}
