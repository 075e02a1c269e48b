//! Trainings on real images, in the folder that `CONVLAB_DATA` names.

use super::*;

/// The folder of data sets, which must hold `name`.
pub fn data_with(name: &str) -> PathBuf {
    let folder = std::env::var_os("CONVLAB_DATA").expect("CONVLAB_DATA must be set");
    let folder = PathBuf::from(folder);
    let data = folder.join(name);
    assert!(data.is_dir(), "{} must be a folder", data.display());
    folder
}

#[test]
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn the_dense_network_learns_fashion_mnist() {
    let folder = data_with("fashion-mnist");
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
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn photographs_of_cats_and_dogs_are_read_split_and_learnt_from() {
    let folder = data_with("cats-vs-dogs");
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
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn photographs_in_the_place_of_a_known_data_set_are_used_without_a_download() {
    let folder = data_with("cats-vs-dogs");
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

#[test]
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn digits_are_told_apart_when_they_are_cut_out() {
    let folder = data_with("mnist");
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
#[ignore = "needs real data: set CONVLAB_DATA and run cargo test -- --include-ignored"]
fn photographs_are_prepared_in_their_own_size() {
    let folder = data_with("cats-vs-dogs");
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
