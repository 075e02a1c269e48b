//! Files of Keras, one of which `tests/reference/keras_file.py` makes.

use super::fixtures::open;
use super::flipped::{flip, range_of};
use super::hostile::refused;
use crate::weights::{WeightFile, WeightFileError};

const FILE: &[u8] = include_bytes!("../../../tests/fixtures/keras.h5");

fn eighths(count: usize) -> Vec<f32> {
    (0..count).map(|k| k as f32 / 8.0).collect()
}

/// All tensors of a file that is whole.
fn all_values(file: &WeightFile) -> Result<(), WeightFileError> {
    file.names()
        .try_for_each(|name| file.values(name).map(drop))
}

#[test]
fn layers_have_their_own_names_and_the_optimizer_none() {
    let file = open(FILE).unwrap();
    assert_eq!(
        file.names().collect::<Vec<_>>(),
        [
            "conv1/bias",
            "conv1/kernel",
            "head/bias",
            "head/kernel",
            "norm/beta",
            "norm/gamma",
            "norm/moving_mean",
            "norm/moving_variance",
        ]
    );
    assert_eq!(file.shape("conv1/kernel"), Some(&[3, 3, 1, 2][..]));
    assert_eq!(file.values("conv1/kernel").unwrap(), eighths(18));
    assert_eq!(file.shape("head/kernel"), Some(&[2, 3][..]));
    assert_eq!(file.values("head/kernel").unwrap(), eighths(6));
    assert_eq!(file.values("norm/moving_variance").unwrap(), eighths(2));
}

#[test]
fn a_file_cut_short_is_refused_or_whole() {
    let whole = open(FILE).unwrap();
    let expected: Vec<&str> = whole.names().collect();
    for length in (8..FILE.len()).step_by(97) {
        let read = open(&FILE[..length]).and_then(|file| all_values(&file).map(|()| file));
        match read {
            // Only free space at the end may lack.
            Ok(file) => assert_eq!(file.names().collect::<Vec<_>>(), expected, "{length}"),
            Err(error) => assert!(
                matches!(
                    error,
                    WeightFileError::Damaged { .. } | WeightFileError::Excessive { .. }
                ),
                "{length}: {error}"
            ),
        }
    }
    assert!(open(&FILE[..FILE.len() / 2]).is_err());
}

#[test]
fn a_flipped_byte_is_refused_or_changes_one_value() {
    let values = range_of(&eighths(18), FILE);
    let outcomes = flip(FILE, 5, "conv1/kernel", values);
    assert!(outcomes.refused > 0, "{outcomes:?}");
    assert!(outcomes.unchanged > 0, "{outcomes:?}");
    assert!(outcomes.one_value > 0, "{outcomes:?}");
}

#[test]
fn what_only_begins_as_a_file_of_keras_is_damaged() {
    let error = refused(b"\x89HDF\r\n\x1a\n\0\0\0");
    assert!(matches!(error, WeightFileError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("HDF5 file"), "{error}");
}
