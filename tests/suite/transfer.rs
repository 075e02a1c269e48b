//! Networks that learnt elsewhere, put to a new use.

use super::*;

/// Drawn cats and dogs, few and small.
const PETS: &[&str] = &[
    "data.dataset=pets",
    "data.train_images=60",
    "data.test_images=20",
    "data.valid_fraction=0.2",
    "data.normalize=pretrained",
    "model.name=resnet20",
];

impl Workplace {
    /// A run of resnet20 that has learnt a little; weights for others to start from.
    fn source(&self) -> PathBuf {
        self.train("source", &[PETS, &["training.epochs=1"]].concat())
    }

    fn transfer(&self, name: &str, settings: &[&str]) -> PathBuf {
        let weights = "model.weights=artifacts/source";
        self.train(name, &[PETS, &[weights], settings].concat())
    }

    fn kept(&self) -> usize {
        let folder = self.path("cache/convlab/features");
        fs::read_dir(folder).map_or(0, |entries| entries.count())
    }
}

/// After the last epoch.
fn tensors(run: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let bytes = fs::read(run.join("last.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.tensors().into_iter();
    tensors
        .map(|(name, view)| (name, view.data().to_vec()))
        .collect()
}

#[test]
fn a_head_learns_on_features_and_the_run_is_whole() {
    let place = Workplace::new();
    let source = place.source();
    let settings = ["transfer.mode=features", "training.epochs=3"];
    let run = place.transfer("head", &settings);
    assert_eq!(place.kept(), 3);
    let (before, after) = (tensors(&source), tensors(&run));
    let features = after.iter().filter(|(name, _)| !name.starts_with("head."));
    for (name, values) in features {
        assert_eq!(&before[name], values, "{name}");
    }
    assert_ne!(before["head.dense1.weight"], after["head.dense1.weight"]);
    // From the images alone, as any other run.
    let summary = json(&run.join("summary.json"));
    let evaluation = place.succeed(&["evaluate", "artifacts/head", "--json"]);
    let evaluation: Value = serde_json::from_str(&evaluation).unwrap();
    assert_eq!(summary["test"]["accuracy"], evaluation["accuracy"]);
    let loss = |value: &Value| value["loss"].as_f64().unwrap();
    assert!((loss(&summary["test"]) - loss(&evaluation)).abs() < 1e-5);
}

#[test]
fn kept_features_are_used_again_and_give_the_same_run() {
    let place = Workplace::new();
    place.source();
    let settings = ["transfer.mode=features", "training.epochs=2"];
    let (first, second) = (
        place.transfer("a", &settings),
        place.transfer("b", &settings),
    );
    assert_eq!(place.kept(), 3);
    assert_eq!(tensors(&first), tensors(&second));
    let augmented = ["transfer.augmented_passes=2", "augment.shift=0.1"];
    let passes = [&settings[..], &augmented].concat();
    let third = place.transfer("c", &passes);
    assert_eq!(place.kept(), 4);
    assert_ne!(tensors(&first), tensors(&third));
}

#[test]
fn fine_tuning_moves_the_features_only_after_the_head() {
    let place = Workplace::new();
    let source = tensors(&place.source());
    let changed = |run: &Path| -> Vec<String> {
        let moved = tensors(run).into_iter();
        let moved = moved.filter(|(name, values)| source[name] != *values);
        moved.map(|(name, _)| name).collect()
    };
    let finetune = |name: &str, settings: &[&str]| {
        let mode = ["transfer.mode=finetune", "transfer.unfreeze_from=layer3.1"];
        changed(&place.transfer(name, &[&mode, settings].concat()))
    };
    let head = finetune("head", &["training.epochs=2", "transfer.freeze_epochs=2"]);
    assert_eq!(head, ["head.dense1.bias", "head.dense1.weight"]);
    let settings = ["training.epochs=2", "transfer.freeze_epochs=1"];
    let more = finetune("more", &settings);
    let trained = |name: &String| {
        let of_features = name.starts_with("layer3.1.") || name.starts_with("layer3.2.");
        name.starts_with("head.") || (of_features && !name.contains("running"))
    };
    assert!(more.iter().all(trained), "{more:?}");
    assert!(
        more.contains(&"layer3.2.conv2.weight".to_string()),
        "{more:?}"
    );
    let statistics = [&settings[..], &["transfer.batch_norm=batch"]].concat();
    let with_statistics = finetune("statistics", &statistics);
    assert!(with_statistics.contains(&"layer3.2.bn2.running_mean".to_string()));
    let none_before = |name: &String| name.starts_with("layer3") || name.starts_with("head.");
    assert!(
        with_statistics.iter().all(none_before),
        "{with_statistics:?}"
    );
}

#[test]
fn groups_are_unfrozen_one_after_the_other() {
    let place = Workplace::new();
    let source = tensors(&place.source());
    let settings = |epochs| {
        [
            "transfer.mode=finetune",
            "transfer.unfreeze_from=layer3.0",
            "transfer.groups=3",
            "transfer.gradual=true",
            epochs,
        ]
    };
    let first = |run: &Path| {
        let after = tensors(run);
        let moved = |block: &str| {
            let name = format!("layer3.{block}.conv1.weight");
            after[&name] != source[&name]
        };
        ["0", "1", "2"].map(moved)
    };
    let run = place.transfer("two", &settings("training.epochs=2"));
    assert_eq!(first(&run), [false, false, true]);
    let run = place.transfer("four", &settings("training.epochs=4"));
    assert_eq!(first(&run), [true, true, true]);
}

#[test]
fn an_interrupted_fine_tuning_ends_as_if_it_had_not_been() {
    let place = Workplace::new();
    place.source();
    let settings = [
        "transfer.mode=finetune",
        "transfer.freeze_epochs=2",
        "model.cut=layer2.2",
    ];
    let with = |epochs| [&settings[..], &[epochs]].concat();
    let whole = place.transfer("whole", &with("training.epochs=4"));
    for stop in ["training.epochs=1", "training.epochs=3"] {
        let name = stop.replace("training.epochs=", "after");
        let run = place.transfer(&name, &with(stop));
        let resume = [
            "train",
            "--resume",
            run.to_str().unwrap(),
            "training.epochs=4",
        ];
        place.succeed(&[&resume[..], &["--ui", "none", "--no-report"]].concat());
        assert_eq!(tensors(&run), tensors(&whole), "{stop}");
    }
}

#[test]
fn scratch_starts_from_random_weights() {
    let place = Workplace::new();
    place.source();
    let settings = ["transfer.mode=scratch", "training.epochs=1"];
    let scratch = place.transfer("scratch", &settings);
    // As if no weights had been named: the source itself.
    assert_eq!(tensors(&scratch), tensors(&place.path("artifacts/source")));
}

#[test]
fn no_epochs_keep_and_measure_the_weights_as_they_are() {
    let place = Workplace::new();
    let source = place.source();
    let images = place.path("data/test");
    for (class, grey) in [("cat", 60), ("dog", 200)] {
        let picture = image::RgbImage::from_pixel(40, 40, image::Rgb([grey; 3]));
        fs::create_dir_all(images.join(class)).unwrap();
        picture.save(images.join(class).join("1.png")).unwrap();
    }
    // Test images alone will do.
    let run = place.train(
        "kept",
        &[
            "data.dataset=folder",
            "data.path=data",
            "data.normalize=pretrained",
            "model.name=resnet20",
            "model.weights=artifacts/source",
            "training.epochs=0",
        ],
    );
    let mut kept = tensors(&run);
    kept.retain(|name, _| !name.starts_with("head."));
    assert!(
        kept.iter()
            .all(|(name, values)| tensors(&source)[name] == *values)
    );
    assert_eq!(json(&run.join("summary.json"))["images"]["test"], 2);
}

#[test]
fn mistakes_in_a_transfer_are_named_with_a_cure() {
    let place = Workplace::new();
    let source = place.source();
    let refused = |settings: &[&str], expected: &[&str]| {
        let train = ["train", "--ui", "none", "--no-report", "--name", "no"];
        let error = place.refuse(&[&train[..], PETS, settings].concat());
        for part in expected {
            assert!(error.contains(part), "{settings:?}: no {part} in\n{error}");
        }
        assert!(!place.path("artifacts/no").exists(), "{settings:?}");
    };
    let weights = "model.weights=artifacts/source";
    refused(&["model.weights=imagenet"], &["cifar10", "expected"]);
    refused(&["model.weights=nowhere.pth"], &["nowhere.pth"]);
    refused(&["model.cut=layer9"], &["model.cut", "layer9", "layer3.2"]);
    refused(
        &["model.cut=layer1.0", "model.head=own"],
        &["model.head", "linear"],
    );
    refused(&["model.width=0.5"], &["model.width", "mobilenet"]);
    refused(
        &["model.head=[\"dense\"]"],
        &["model.head[0]", "number of units"],
    );
    refused(
        &["data.color=grey", "data.dataset=digits"],
        &["pretrained", "rgb"],
    );
    refused(
        &[
            "transfer.mode=finetune",
            weights,
            "transfer.unfreeze_from=layer7",
        ],
        &["unfreeze_from", "layer7"],
    );
    refused(
        &["transfer.mode=features", "transfer.gradual=true"],
        &["gradual", "finetune"],
    );
    refused(
        &[
            "model.name=two-conv",
            "data.normalize=unit",
            "transfer.mode=features",
        ],
        &["two-conv", "mobilenet_v1"],
    );
    refused(&["model.name=resnet32", weights], &["lacks", "layer1.3"]);
    refused(
        &["model.name=mobilenet_v1", weights],
        &["none of its tensors fits", "another network"],
    );
    let whole = fs::read(source.join("model.safetensors")).unwrap();
    place.write("cut.safetensors", &whole[..whole.len() / 2]);
    refused(
        &["model.weights=cut.safetensors"],
        &["cut.safetensors", "damaged"],
    );
    place.write("page.pth", "<!DOCTYPE html><html></html>");
    refused(&["model.weights=page.pth"], &["page.pth"]);
    let sum = format!("model.sha256={}", "0".repeat(64));
    refused(
        &["model.weights=cut.safetensors", &sum],
        &["cut.safetensors"],
    );
    refused(&["model.sha256=abc", weights], &["model.sha256", "64"]);
    refused(&["model.sha256=abc"], &["model.sha256", "model.weights"]);
}

#[test]
fn weights_that_are_no_numbers_are_refused_by_name() {
    let place = Workplace::new();
    let source = place.source();
    let mut whole = fs::read(source.join("model.safetensors")).unwrap();
    let end = whole.len();
    whole[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    place.write("nan.safetensors", &whole);
    let train = [
        "train",
        "--ui",
        "none",
        "--name",
        "no",
        "model.weights=nan.safetensors",
    ];
    let error = place.refuse(&[&train[..], PETS].concat());
    assert!(
        error.contains("layer3.2.conv2.weight") && error.contains("NaN"),
        "{error}"
    );
}

#[test]
fn the_published_networks_are_listed_and_described() {
    let place = Workplace::new();
    let list = place.succeed(&["models"]);
    for name in ["vgg16_bn", "resnet152", "resnet110", "mobilenet_v2"] {
        assert!(list.contains(name), "{list}");
    }
    let table = place.succeed(&["models", "mobilenet_v1", "model.cut=conv_pw_12"]);
    assert!(
        table.contains("conv_pw_12_relu") && !table.contains("conv_dw_13"),
        "{table}"
    );
    let whole = place.succeed(&["models", "resnet18"]);
    assert!(
        whole.contains("11,689,512") && whole.contains("BSD"),
        "{whole}"
    );
}

#[test]
fn a_published_network_names_a_picture() {
    let place = Workplace::new();
    let error = place.refuse(&["predict", "--imagenet", "resnet20", "x.png"]);
    assert!(
        error.contains("resnet18") && error.contains("vgg16"),
        "{error}"
    );
    // Weights of another network, as Keras keeps them.
    let weights = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/keras.h5");
    let name = [
        "predict",
        "--imagenet",
        "mobilenet_v1",
        "--weights",
        weights,
    ];
    let error = place.refuse(&[&name[..], &["x.png"]].concat());
    assert!(
        error.contains("conv1/kernel ([3, 3, 1, 2] in place of [3, 3, 3, 32])"),
        "{error}"
    );
}

#[test]
fn batch_norm_in_a_new_head_learns_its_statistics() {
    let place = Workplace::new();
    place.source();
    let head = "model.head=[\"global-avg-pool\", \"batch-norm\", \"dense classes\"]";
    let settings = ["transfer.mode=finetune", "training.epochs=1", head];
    let after = tensors(&place.transfer("head", &settings));
    let mean = &after["head.batch-norm1.running_mean"];
    assert!(mean.chunks(4).any(|value| value != 0f32.to_le_bytes()));
}

#[test]
fn a_run_needs_its_source_no_longer_once_it_has_begun() {
    let place = Workplace::new();
    let source = place.source();
    let settings = ["transfer.mode=features"];
    let with = |epochs| [&settings[..], &[epochs]].concat();
    let whole = place.transfer("whole", &with("training.epochs=2"));
    let part = place.transfer("part", &with("training.epochs=1"));
    fs::remove_dir_all(source).unwrap();
    fs::remove_dir_all(place.path("cache")).unwrap();
    let resume = [
        "train",
        "--resume",
        part.to_str().unwrap(),
        "training.epochs=2",
    ];
    place.succeed(&[&resume[..], &["--ui", "none", "--no-report"]].concat());
    assert_eq!(tensors(&part), tensors(&whole));
}

#[test]
fn no_more_epochs_leave_the_best_weights_alone() {
    let place = Workplace::new();
    let run = place.source();
    let before = fs::read(run.join("model.safetensors")).unwrap();
    let resume = [
        "train",
        "--resume",
        run.to_str().unwrap(),
        "training.epochs=0",
    ];
    place.succeed(&[&resume[..], &["--ui", "none", "--no-report"]].concat());
    assert_eq!(fs::read(run.join("model.safetensors")).unwrap(), before);
}
