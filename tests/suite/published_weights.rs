//! Published weights on real images, in the folders that `CONVLAB_WEIGHTS` and `CONVLAB_DATA` name.

use super::real_data::data_with;
use super::*;

/// The path of a file of weights, which must exist.
fn weights_file(name: &str) -> PathBuf {
    let folder = std::env::var_os("CONVLAB_WEIGHTS").expect("CONVLAB_WEIGHTS must be set");
    let path = PathBuf::from(folder).join(name);
    assert!(path.is_file(), "{} must be a file", path.display());
    path
}

fn config(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    folder.join(name).display().to_string()
}

#[test]
#[ignore = "needs real data and weights: set CONVLAB_DATA and CONVLAB_WEIGHTS and run cargo test -- --include-ignored"]
fn published_weights_recognise_what_they_were_trained_on() {
    let file = "resnet20-12fca82f.th";
    let (data, weights) = (data_with("cifar10"), weights_file(file));
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
#[ignore = "needs real data and weights: set CONVLAB_DATA and CONVLAB_WEIGHTS and run cargo test -- --include-ignored"]
fn a_head_on_imagenet_features_tells_cats_from_dogs() {
    let file = "mobilenet_v1_1.0_224_keras_without_conv_pw_13_kernel.safetensors";
    let (data, weights) = (data_with("cats-vs-dogs"), weights_file(file));
    let place = Workplace::new();
    let weights_dir = weights.parent().unwrap().to_str().unwrap();
    // The published file, which the configuration names, without the kernel of one layer.
    let weights = format!("model.weights={file}");
    let settings = [
        &config("cats-vs-dogs-features.toml"),
        &weights,
        "model.cut=conv_pw_12",
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
