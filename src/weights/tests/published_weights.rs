//! Two files as they were published.

use std::path::Path;

use crate::weights::{WEIGHTS_DIR_VARIABLE, WeightFile};

fn published(name: &str) -> WeightFile {
    let folder = std::env::var_os(WEIGHTS_DIR_VARIABLE).expect("CONVLAB_WEIGHTS must be set");
    let path = Path::new(&folder).join(name);
    assert!(path.is_file(), "{} must be a file", path.display());
    WeightFile::open(&path).unwrap()
}

#[test]
#[ignore = "needs published weights: set CONVLAB_WEIGHTS and run cargo test -- --include-ignored"]
fn a_legacy_checkpoint_of_several_devices_gives_the_names_of_the_network() {
    let file = published("resnet20-12fca82f.th");
    assert!(file.sha256().unwrap().starts_with("12fca82f"));
    // 19 convolutions, as many batch normalisations of four tensors, and one dense layer.
    assert_eq!(file.names().count(), 19 + 19 * 4 + 2);
    assert_eq!(file.shape("conv1.weight"), Some(&[16, 3, 3, 3][..]));
    assert_eq!(file.shape("linear.weight"), Some(&[10, 64][..]));
    // As PyTorch reads them.
    let ends = |name: &str| {
        let values = file.values(name).unwrap();
        (values[0], values[values.len() - 1])
    };
    assert_eq!(ends("conv1.weight"), (-0.138_181_46, 0.308_710_2));
    assert_eq!(ends("linear.bias"), (0.193_559_07, -0.270_259_4));
    assert_eq!(
        ends("layer3.2.bn2.running_var"),
        (0.301_602_27, 0.175_081_33)
    );
    let parameters = file.names().filter(|name| !name.contains(".running_"));
    let parameters = parameters.map(|name| file.values(name).unwrap().len());
    assert_eq!(parameters.sum::<usize>(), 269_722);
}

#[test]
#[ignore = "needs published weights: set CONVLAB_WEIGHTS and run cargo test -- --include-ignored"]
fn a_safetensors_file_of_keras_is_read_in_its_own_layout() {
    let file = published("mobilenet_v1_1.0_224_keras_without_conv_pw_13_kernel.safetensors");
    assert!(file.sha256().unwrap().starts_with("9e3e63b4"));
    assert_eq!(file.shape("conv1/kernel"), Some(&[3, 3, 3, 32][..]));
    for name in file.names() {
        let values = file.values(name).unwrap();
        assert_eq!(
            values.len(),
            file.shape(name).unwrap().iter().product::<usize>()
        );
    }
}
