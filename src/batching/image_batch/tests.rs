//! Mixed batches.

use std::sync::Arc;

use super::*;
use crate::augmentation::AugmentConfig;
use crate::data::sources::MemoryStore;
use crate::device::{self, DeviceChoice};
use crate::pixels::ImageShape;

#[test]
fn a_batch_is_mixed_with_itself_and_its_targets_with_it() {
    let shape = ImageShape::new(1, 4, 5);
    // Image `n` is `20 n` grey and of class `n`.
    let pixels = (0..10u8).flat_map(|n| [20 * n; 20]).collect();
    let store = MemoryStore::new("toy", shape, pixels, (0..10).collect());
    let split = Split::whole(Arc::new(store));
    let device = device::open(DeviceChoice::cpu(), &()).unwrap().device;
    let config = AugmentConfig {
        mixup: 1.0,
        ..AugmentConfig::default()
    };
    let augmentation = Augmentation::new(&config, 42);
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
