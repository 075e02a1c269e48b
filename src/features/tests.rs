use std::fs;

use super::*;
use crate::augmentation::AugmentConfig;
use crate::data::Normalization;
use crate::data::sources::MemoryStore;
use crate::device;
use crate::device::DeviceChoice;
use crate::models::{Initialization, Network, NetworkConfig};
use crate::progress::{Progress, Stage};

const SHAPE: ImageShape = ImageShape::new(3, 32, 32);

fn images(count: usize) -> Split {
    let pixels = (0..count * SHAPE.len())
        .map(|i| (i * 37 % 251) as u8)
        .collect();
    let labels = (0..count).map(|i| (i % 2) as u16).collect();
    Split::whole(Arc::new(MemoryStore::new("toy", SHAPE, pixels, labels)))
}

fn dataset() -> Dataset {
    Dataset {
        name: "toy".into(),
        shape: SHAPE,
        classes: vec!["a".into(), "b".into()],
        train: images(37),
        valid: images(5),
        test: images(3),
        fingerprint: "toy".into(),
        skipped: Vec::new(),
    }
}

fn network(name: &str) -> NetworkConfig {
    toml::from_str(&format!("name = \"{name}\"")).unwrap()
}

struct Case {
    network: Network,
    device: Device,
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let device = device::open(DeviceChoice::cpu(), &()).unwrap().device;
        let network = network("resnet20").build(SHAPE, 2, Initialization::default(), 1, &device);
        Self {
            network: network.unwrap(),
            device,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn config(&self) -> FeatureConfig {
        FeatureConfig {
            weights: "w".into(),
            network: network("resnet20"),
            backend: "b",
            augmented_passes: 0,
            augmentation: None,
        }
    }

    fn run(
        &self,
        config: &FeatureConfig,
        progress: &dyn Progress,
    ) -> Result<Dataset, FeatureError> {
        let Network::Backbone(backbone) = &self.network else {
            unreachable!()
        };
        let layers = backbone.frozen_layers();
        of(
            &layers,
            &dataset(),
            config,
            &self.device,
            self.folder.path(),
            progress,
        )
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}

fn shifted(seed: u64) -> Augmentation {
    let config = AugmentConfig {
        shift: 0.1,
        ..AugmentConfig::default()
    };
    Augmentation::new(&config, seed)
}

fn values(split: &Split, index: usize) -> Vec<f32> {
    let mut values = vec![0.0; split.shape().len()];
    let tables = split.normalization().tables();
    let mut pixels = vec![0; split.shape().len()];
    split
        .read_values(index, &tables, &mut pixels, &mut values)
        .unwrap();
    values
}

/// Panics where features are computed.
struct Never;

impl Progress for Never {
    fn begin(&self, stage: Stage, _total: Option<u64>) {
        panic!("nothing must be computed: {stage:?}");
    }
}

struct Cancelled;

impl Progress for Cancelled {
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[test]
fn the_head_on_kept_features_says_what_the_network_says() {
    let case = Case::new();
    let kept = case.run(&case.config(), &()).unwrap();
    assert_eq!(kept.shape, ImageShape::new(64, 1, 1));
    assert_eq!(kept.train.normalization(), &Normalization::none());
    let Network::Backbone(backbone) = &case.network else {
        unreachable!()
    };
    let head = Network::Backbone(backbone.head_alone());
    let indices: Vec<usize> = (0..37).collect();
    let read = |split: &Split| {
        ImageBatch::read(split, &indices, &case.device)
            .unwrap()
            .images
    };
    let whole = case.network.forward(read(&dataset().train)).into_data();
    let by_head = head.forward(read(&kept.train)).into_data();
    let pairs = whole.iter::<f32>().zip(by_head.iter::<f32>());
    for (whole, by_head) in pairs {
        assert!((whole - by_head).abs() <= 1e-5 * whole.abs().max(1.0));
    }
}

#[test]
fn features_are_taken_from_the_disk_the_second_time() {
    let case = Case::new();
    let first = case.run(&case.config(), &()).unwrap();
    let files = case.files();
    assert_eq!(files.len(), 3);
    // Whoever computed anything would ask whether to go on.
    let again = case.run(&case.config(), &Never).unwrap();
    assert_eq!(values(&first.train, 36), values(&again.train, 36));
    assert_eq!(case.files(), files);
}

#[test]
fn other_weights_data_or_seeds_have_other_files() {
    let case = Case::new();
    let config = case.config();
    let others = [
        FeatureConfig {
            weights: "v".into(),
            ..config.clone()
        },
        FeatureConfig {
            network: network("resnet32"),
            ..config.clone()
        },
        FeatureConfig {
            backend: "c",
            ..config.clone()
        },
    ];
    case.run(&config, &()).unwrap();
    for (number, config) in others.iter().enumerate() {
        case.run(config, &()).unwrap();
        assert_eq!(case.files().len(), 3 * (number + 2));
    }
    let passes = |seed| FeatureConfig {
        augmented_passes: 2,
        augmentation: Some(shifted(seed)),
        ..config.clone()
    };
    case.run(&passes(1), &()).unwrap();
    // Validation and test images are never changed: theirs are there.
    assert_eq!(case.files().len(), 13);
    case.run(&passes(2), &()).unwrap();
    assert_eq!(case.files().len(), 14);
}

#[test]
fn augmented_passes_come_after_the_images_as_they_are() {
    let case = Case::new();
    let plain = case.run(&case.config(), &()).unwrap();
    let config = FeatureConfig {
        augmented_passes: 2,
        augmentation: Some(shifted(1)),
        ..case.config()
    };
    let kept = case.run(&config, &()).unwrap();
    assert_eq!((kept.train.len(), kept.test.len()), (3 * 37, 3));
    assert_eq!(values(&kept.train, 4), values(&plain.train, 4));
    for pass in 1..3 {
        let other = 37 * pass + 4;
        assert_ne!(values(&kept.train, other), values(&plain.train, 4));
        assert_eq!(kept.train.label(other), plain.train.label(4));
        assert_eq!(kept.train.origin(other), plain.train.origin(4));
    }
}

#[test]
fn a_damaged_file_is_computed_again() {
    let case = Case::new();
    let first = case.run(&case.config(), &()).unwrap();
    for file in case.files() {
        let whole = fs::read(&file).unwrap();
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        for damaged in [&whole[..whole.len() - 40], &changed, b"", b"{}\n"] {
            fs::write(&file, damaged).unwrap();
            let again = case.run(&case.config(), &()).unwrap();
            assert_eq!(values(&first.train, 0), values(&again.train, 0));
            assert_eq!(fs::read(&file).unwrap(), whole);
        }
    }
}

#[test]
fn an_interruption_leaves_nothing_behind() {
    let case = Case::new();
    let error = case.run(&case.config(), &Cancelled).err().unwrap();
    assert!(matches!(error, FeatureError::Interrupted));
    assert_eq!(case.files(), Vec::<PathBuf>::new());
}
