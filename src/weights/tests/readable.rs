//! What a file of weights holds is found whatever way it was saved in.

use super::fixtures::{
    Pickle, entries, floats, legacy_file, open, safetensors_file, state_dict, tar_file, write,
    zip_file,
};
use crate::weights::{WeightFile, WeightFileError};

fn names(file: &WeightFile) -> Vec<&str> {
    file.names().collect()
}

#[test]
fn a_zip_file_gives_names_shapes_and_values() {
    let pickle = state_dict(&[("fc.weight", &[2, 3]), ("fc.bias", &[2])]);
    let weight = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let content = zip_file(&pickle.end(), &[floats(&weight), floats(&[-1.0, 0.5])]);
    let (_folder, path) = write(&content);
    let file = WeightFile::open(&path).unwrap();
    assert_eq!(file.path(), path);
    assert_eq!(names(&file), ["fc.bias", "fc.weight"]);
    assert_eq!(file.shape("fc.weight"), Some(&[2, 3][..]));
    assert_eq!(file.shape("fc"), None);
    assert_eq!(file.values("fc.weight").unwrap(), weight);
    assert_eq!(file.values("fc.bias").unwrap(), [-1.0, 0.5]);
}

#[test]
fn the_sum_is_that_of_the_whole_file() {
    use sha2::{Digest, Sha256};
    let content = zip_file(&state_dict(&[("w", &[1])]).end(), &[floats(&[1.0])]);
    let expected = crate::fingerprint::hex(&Sha256::digest(&content));
    assert_eq!(open(&content).unwrap().sha256().unwrap(), expected);
}

#[test]
fn a_transposed_tensor_is_read_row_by_row() {
    let pickle = Pickle::new().raw(b"}").text("w");
    let pickle = pickle
        .strided("FloatStorage", "0", 6, &[3, 2], &[1, 3])
        .raw(b"s");
    let file = open(&zip_file(
        &pickle.end(),
        &[floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])],
    ));
    assert_eq!(
        file.unwrap().values("w").unwrap(),
        [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
    );
}

#[test]
fn a_legacy_file_gives_its_values() {
    let pickle = state_dict(&[("a", &[2]), ("b", &[1, 1])]).end();
    let file = open(&legacy_file(&pickle, &[&[1.0, 2.0], &[3.0]])).unwrap();
    assert_eq!(file.values("a").unwrap(), [1.0, 2.0]);
    assert_eq!(file.values("b").unwrap(), [3.0]);
    assert_eq!(file.shape("b"), Some(&[1, 1][..]));
}

#[test]
fn a_tar_file_gives_its_values() {
    let file = open(&tar_file([1.0, 2.0, 4.0])).unwrap();
    assert_eq!(file.values("weight").unwrap(), [1.0, 2.0, 4.0]);
}

#[test]
fn a_safetensors_file_gives_values_of_every_floating_point_kind() {
    let header = r#"{"__metadata__":{"format":"pt"},
        "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
        "b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]},
        "c":{"dtype":"F16","shape":[1],"data_offsets":[10,12]},
        "d":{"dtype":"F64","shape":[1],"data_offsets":[12,20]}}"#;
    let values = [
        &floats(&[1.0, -2.0])[..],
        &0x3fc0_u16.to_le_bytes(),
        &0x3e00_u16.to_le_bytes(),
        &0.25_f64.to_le_bytes(),
    ];
    let file = open(&safetensors_file(header, &values.concat())).unwrap();
    assert_eq!(file.values("a").unwrap(), [1.0, -2.0]);
    assert_eq!(file.values("b").unwrap(), [1.5]);
    assert_eq!(file.shape("b"), Some(&[][..]));
    assert_eq!(file.values("c").unwrap(), [1.5]);
    assert_eq!(file.values("d").unwrap(), [0.25]);
}

#[test]
fn the_weights_of_a_checkpoint_are_found_under_their_key() {
    let epoch = || Pickle::new().raw(b"}(").text("epoch").int(7);
    for key in ["state_dict", "model", "net", "something"] {
        let pickle = entries(epoch().text(key), &[("conv.weight", &[1])]).raw(b"u");
        let file = open(&zip_file(&pickle.end(), &[floats(&[1.0])])).unwrap();
        assert_eq!(names(&file), ["conv.weight"], "{key}");
    }
}

#[test]
fn a_prefix_of_all_names_is_left_out_and_one_of_some_is_not() {
    let storages = [floats(&[1.0]), floats(&[2.0])];
    let all = state_dict(&[("module.a", &[1]), ("module.b", &[1])]).end();
    assert_eq!(
        names(&open(&zip_file(&all, &storages)).unwrap()),
        ["a", "b"]
    );
    let some = state_dict(&[("module.a", &[1]), ("b", &[1])]).end();
    let file = open(&zip_file(&some, &storages)).unwrap();
    assert_eq!(names(&file), ["b", "module.a"]);
}

#[test]
fn counters_of_batches_are_left_out_and_other_whole_numbers_are_refused_by_name() {
    let pickle = Pickle::new().raw(b"}(").text("bn.num_batches_tracked");
    let pickle = pickle.tensor("LongStorage", "0", &[]).text("index");
    let pickle = pickle.tensor("LongStorage", "1", &[2]).raw(b"u");
    let file = open(&zip_file(&pickle.end(), &[vec![0; 8], vec![0; 16]])).unwrap();
    assert_eq!(names(&file), ["index"]);
    let error = file.values("index").unwrap_err();
    assert!(matches!(error, WeightFileError::NotFloat { .. }), "{error}");
    let error = error.to_string();
    assert!(
        error.contains("\"index\"") && error.contains("I64"),
        "{error}"
    );
}

#[test]
fn options_beside_the_weights_are_passed_over() {
    let pickle = Pickle::new()
        .raw(b"}(")
        .text("args")
        .global("argparse", "Namespace");
    let pickle = pickle.raw(b")\x81}").text("lr").raw(b"G\0\0\0\0\0\0\0\0sb");
    let pickle = entries(pickle.text("state_dict"), &[("w", &[1])]).raw(b"u");
    let file = open(&zip_file(&pickle.end(), &[floats(&[1.0])])).unwrap();
    assert_eq!(names(&file), ["w"]);
}

#[test]
fn an_unknown_tensor_is_answered_with_the_nearest() {
    let content = zip_file(
        &state_dict(&[("conv1.weight", &[1])]).end(),
        &[floats(&[1.0])],
    );
    let error = open(&content).unwrap().values("conv1.wieght").unwrap_err();
    let error = error.to_string();
    assert!(error.contains("did you mean \"conv1.weight\"?"), "{error}");
}
