//! Cutting data sets into splits.

use super::*;
use crate::data::sources::MemoryStore;
use crate::data::store::ImageStore;

fn raw(train: usize, test: Option<usize>) -> RawDataset {
    let store = |count: usize| -> Arc<dyn ImageStore> {
        let labels = (0..count).map(|i| (i % 10) as u16).collect();
        let shape = ImageShape::new(1, 1, 2);
        Arc::new(MemoryStore::new("toy", shape, vec![0; count * 2], labels))
    };
    RawDataset {
        name: "toy".into(),
        classes: (0..10).map(|class| class.to_string()).collect(),
        train: store(train),
        valid: None,
        test: test.map(store),
        fingerprint: String::new(),
        skipped: Vec::new(),
    }
}

fn options(seed: u64) -> SplitOptions {
    SplitOptions {
        valid_fraction: 0.1,
        test_fraction: 0.2,
        train_images: None,
        test_images: None,
        normalize: Normalize::Unit,
        pretrained: None,
        may_be_untrained: false,
        seed,
    }
}

#[test]
fn every_class_gives_its_share_and_no_image_is_in_two_splits() {
    let data = Dataset::split(raw(1000, None), options(1)).unwrap();
    assert_eq!(
        (data.train.len(), data.valid.len(), data.test.len()),
        (720, 80, 200)
    );
    assert_eq!(data.valid.class_counts(10), vec![8; 10]);
    let mut all: Vec<u32> = [&data.train, &data.valid, &data.test]
        .iter()
        .flat_map(|split| split.positions().iter().copied())
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..1000).collect::<Vec<u32>>());
}

#[test]
fn every_class_stays_in_the_training_images() {
    let greedy = SplitOptions {
        valid_fraction: 0.9,
        test_fraction: 0.0,
        ..options(1)
    };
    let data = Dataset::split(raw(20, None), greedy).unwrap();
    assert_eq!(data.train.class_counts(10), vec![1; 10]);
    let few = SplitOptions {
        train_images: Some(13),
        valid_fraction: 0.0,
        ..options(1)
    };
    let data = Dataset::split(raw(1000, Some(100)), few).unwrap();
    assert_eq!(data.train.len(), 13);
    assert!(
        data.train
            .class_counts(10)
            .into_iter()
            .all(|count| count >= 1)
    );
}

#[test]
fn a_class_with_one_image_keeps_it_for_training_and_its_test_has_the_others_only() {
    let mut uneven = raw(11, None);
    let labels = (0..11).map(|i| u16::from(i > 0)).collect();
    let shape = ImageShape::new(1, 1, 2);
    uneven.train = Arc::new(MemoryStore::new("toy", shape, vec![0; 22], labels));
    uneven.classes.truncate(2);
    let data = Dataset::split(uneven, options(1)).unwrap();
    assert_eq!(data.train.class_counts(2), [1, 7]);
    assert_eq!(data.valid.class_counts(2), [0, 1]);
    assert_eq!(data.test.class_counts(2), [0, 2]);
}

#[test]
fn one_image_of_every_class_cannot_be_split_and_is_refused_with_what_to_do() {
    for (valid_fraction, test_fraction) in [(0.1, 0.2), (0.1, 0.0), (0.0, 0.2)] {
        let asked = SplitOptions {
            valid_fraction,
            test_fraction,
            ..options(1)
        };
        let error = Dataset::split(raw(10, None), asked).err().unwrap();
        let error = error.to_string();
        for part in ["toy", "data.valid_fraction = 0", "data.test_fraction = 0"] {
            assert!(error.contains(part), "`{part}` is not in: {error}");
        }
    }
    let none = SplitOptions {
        valid_fraction: 0.0,
        test_fraction: 0.0,
        ..options(1)
    };
    let data = Dataset::split(raw(10, None), none).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (10, 0));
}

#[test]
fn the_seed_decides_which_images_are_taken() {
    let valid = |seed| {
        let data = Dataset::split(raw(1000, None), options(seed)).unwrap();
        data.valid.positions().to_vec()
    };
    assert_eq!(valid(1), valid(1));
    assert_ne!(valid(1), valid(2));
}

#[test]
fn a_limit_takes_fewer_images_with_classes_in_balance() {
    let limited = SplitOptions {
        train_images: Some(100),
        test_images: Some(50),
        ..options(1)
    };
    let data = Dataset::split(raw(1000, Some(200)), limited).unwrap();
    assert_eq!(
        (data.train.len(), data.valid.len(), data.test.len()),
        (90, 10, 50)
    );
    assert_eq!(data.test.class_counts(10), vec![5; 10]);
}
