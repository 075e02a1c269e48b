//! Trainings on real images, where `CONVLAB_DATA` names a folder that has them.

use super::*;

/// The folder of data sets if it holds `name`; says loudly that a test is skipped if not.
fn folder_with(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CONVLAB_DATA").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.join(name).is_dir());
    if folder.is_none() {
        // Past the test harness, which keeps what a passing test prints to itself.
        eprintln!("SKIPPED: CONVLAB_DATA names no folder that holds {name}");
    }
    folder
}

#[test]
fn the_dense_network_learns_fashion_mnist() {
    let Some(folder) = folder_with("fashion-mnist") else {
        return;
    };
    let place = Workplace::new();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/fashion-dense.toml");
    let settings = [
        config.to_str().unwrap(),
        "training.epochs=1",
        "--data-dir",
        folder.to_str().unwrap(),
    ];
    let run = place.train("run", &settings);
    let accuracy = json(&run.join("summary.json"))["test"]["accuracy"]
        .as_f64()
        .unwrap();
    assert!(accuracy > 0.82, "test accuracy {accuracy} after one epoch");
}

#[test]
fn photographs_of_cats_and_dogs_are_read_split_and_learnt_from() {
    let Some(folder) = folder_with("cats-vs-dogs") else {
        return;
    };
    let place = Workplace::new();
    let path = format!("data.path={}", folder.join("cats-vs-dogs").display());
    let settings = [
        "data.dataset=folder",
        &path,
        "data.height=16",
        "data.width=16",
        "data.color=grey",
        "model.name=dense",
        "training.epochs=1",
    ];
    let run = place.train("run", &settings);
    let summary = json(&run.join("summary.json"));
    assert_eq!(
        summary["images"],
        serde_json::json!({ "test": 500, "train": 900, "valid": 100 })
    );
}

#[test]
fn photographs_in_the_place_of_a_known_data_set_are_used_without_a_download() {
    let Some(folder) = folder_with("cats-vs-dogs") else {
        return;
    };
    let place = Workplace::new();
    let settings = [
        "data.dataset=cats-vs-dogs",
        "--data-dir",
        folder.to_str().unwrap(),
        "data.height=8",
        "data.width=8",
        "data.valid_fraction=0",
        "model.name=dense",
        "training.epochs=1",
    ];
    let run = place.train("run", &settings);
    let summary = json(&run.join("summary.json"));
    assert_eq!(
        summary["images"],
        serde_json::json!({ "test": 500, "train": 1000, "valid": 0 })
    );
    let card = json(&run.join("model.json"));
    assert_eq!(card["classes"], serde_json::json!(["cat", "dog"]));
}

/// Data set `name` and file of weights, if `CONVLAB_DATA` and `CONVLAB_WEIGHTS` name folders that
/// hold them; says loudly that a test is skipped if not.
fn data_and_weights(name: &str, file: &str) -> Option<(PathBuf, PathBuf)> {
    let data = folder_with(name)?;
    let folder = std::env::var_os("CONVLAB_WEIGHTS").map(PathBuf::from);
    let weights = folder
        .map(|folder| folder.join(file))
        .filter(|path| path.is_file());
    if weights.is_none() {
        eprintln!("SKIPPED: CONVLAB_WEIGHTS names no folder that holds {file}");
    }
    Some((data, weights?))
}

fn config(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    folder.join(name).display().to_string()
}

#[test]
fn published_weights_recognise_what_they_were_trained_on() {
    let file = "resnet20-12fca82f.th";
    let Some((data, weights)) = data_and_weights("cifar10", file) else {
        return;
    };
    let place = Workplace::new();
    let path = format!("data.path={}", data.join("cifar10").display());
    let weights = format!("model.weights={}", weights.display());
    let run = place.train("run", &[&config("cifar10-resnet20.toml"), &path, &weights]);
    let test = &json(&run.join("summary.json"))["test"];
    assert_eq!(test["images"], 10_000);
    // PyTorch's figure with the same file of weights and the same JPEG files.
    let accuracy = test["accuracy"].as_f64().unwrap();
    assert!((accuracy - 0.8103).abs() <= 0.0005, "{accuracy}");
}

#[test]
fn a_head_on_imagenet_features_tells_cats_from_dogs() {
    let file = "mobilenet_v1_1.0_224_keras_without_conv_pw_13_kernel.safetensors";
    let Some((data, weights)) = data_and_weights("cats-vs-dogs", file) else {
        return;
    };
    let place = Workplace::new();
    let weights_dir = weights.parent().unwrap().to_str().unwrap();
    let settings = [
        &config("cats-vs-dogs-features.toml"),
        "--data-dir",
        data.to_str().unwrap(),
        "--weights-dir",
        weights_dir,
    ];
    let run = place.train("run", &settings);
    let summary = json(&run.join("summary.json"));
    let accuracy = summary["test"]["accuracy"].as_f64().unwrap();
    assert!(accuracy >= 0.97, "{accuracy}");
}

#[test]
fn digits_are_told_apart_when_they_are_cut_out() {
    let Some(folder) = folder_with("mnist") else {
        return;
    };
    let place = Workplace::new();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/segmented-mnist.toml");
    let settings = [
        config.to_str().unwrap(),
        "training.epochs=2",
        "data.train_images=6000",
        "data.test_images=1000",
        "--data-dir",
        folder.to_str().unwrap(),
    ];
    let run = place.train("run", &settings);
    let accuracy = json(&run.join("summary.json"))["test"]["accuracy"]
        .as_f64()
        .unwrap();
    assert!(accuracy > 0.85, "test accuracy {accuracy} after two epochs");
}

#[test]
fn photographs_are_prepared_in_their_own_size() {
    let Some(folder) = folder_with("cats-vs-dogs") else {
        return;
    };
    let place = Workplace::new();
    let photos = folder.join("cats-vs-dogs/test/cat");
    let some: Vec<PathBuf> = fs::read_dir(photos)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .take(20)
        .collect();
    let chain = r#"preprocess.steps=["clahe", { threshold = {}, keep = "mask" }, { remove-small = { area = 200 } }, { morphology = { operation = "open", element = "disk", size = 7 } }, "bounding-crop", "apply-mask"]"#;
    let mut args = vec!["prepare", chain, "--out", "out"];
    args.extend(some.iter().map(|path| path.to_str().unwrap()));
    let text = place.succeed(&args);
    assert!(text.contains("20 written"), "{text}");
    for path in &some {
        let name = Path::new(path.file_name().unwrap()).with_extension("png");
        let result = image::open(place.path("out").join(name)).unwrap();
        let before = convlab::data::decoding::decode_image(path).unwrap();
        assert!(result.width() <= before.width() && result.height() <= before.height());
        assert!(result.color().has_color(), "{}", path.display());
    }
}
