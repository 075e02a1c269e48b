//! Files with one byte changed: refused with a clear error, or read without surprise.

use std::collections::BTreeMap;
use std::ops::Range;

use super::allocation::measure;
use super::fixtures::{
    floats, legacy_file, safetensors_file, state_dict, tar_file, write, zip_file,
};
use crate::weights::{WeightFile, WeightFileError};

/// Shape and values of every tensor.
type Contents = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// The files here have some kilobytes; the reader of HDF5 takes up to 10 MB for a length that was changed.
const MAX_MEMORY: usize = 16 << 20;

/// How often a change had which effect.
#[derive(Debug, Default)]
pub struct Outcomes {
    pub refused: usize,
    /// All tensors are as before.
    pub unchanged: usize,
    /// The value that the byte belongs to is another.
    pub one_value: usize,
    /// A name, a shape or the order of the values is another.
    pub structure: usize,
}

fn contents(file: &WeightFile) -> Result<Contents, WeightFileError> {
    let tensor = |name: &str| {
        let shape = file.shape(name).unwrap().to_vec();
        Ok((name.to_owned(), (shape, file.values(name)?)))
    };
    file.names().map(tensor).collect()
}

fn count(contents: &Contents) -> usize {
    contents.values().map(|(_, values)| values.len()).sum()
}

/// The bytes of `whole` that hold `values`, as `f32`.
pub fn range_of(values: &[f32], whole: &[u8]) -> Range<usize> {
    let bytes = floats(values);
    let found = whole.windows(bytes.len()).position(|part| part == bytes);
    let start = found.unwrap();
    start..start + bytes.len()
}

/// Changes every `step`th byte of `whole` in three ways. `values` are the bytes with the values of
/// `tensor`.
pub fn flip(whole: &[u8], step: usize, tensor: &str, values: Range<usize>) -> Outcomes {
    let (_folder, path) = write(whole);
    let original = contents(&WeightFile::open(&path).unwrap()).unwrap();
    let mut outcomes = Outcomes::default();
    for position in (0..whole.len()).step_by(step) {
        for mask in [0x01, 0x80, 0xff] {
            let mut changed = whole.to_vec();
            changed[position] ^= mask;
            std::fs::write(&path, &changed).unwrap();
            let read = || WeightFile::open(&path).and_then(|file| contents(&file));
            let (read, memory) = measure(read);
            let at = format!("byte {position} of {} ^ {mask:#04x}", whole.len());
            assert!(memory <= MAX_MEMORY, "{at}: {memory} bytes of memory");
            let read = match read {
                Ok(read) => read,
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains(path.to_str().unwrap()), "{at}: {text}");
                    assert!(!text.contains(char::is_control), "{at}: {text:?}");
                    outcomes.refused += 1;
                    continue;
                }
            };
            for (name, (shape, values)) in &read {
                let length: usize = shape.iter().product();
                assert_eq!(values.len(), length, "{at}: {name}");
                assert!(values.iter().all(|value| value.is_finite()), "{at}: {name}");
            }
            assert!(count(&read) <= count(&original), "{at}: {read:?}");
            if values.contains(&position) {
                let element = (position - values.start) / 4;
                let mut expected = original.clone();
                let value = &mut expected.get_mut(tensor).unwrap().1[element];
                let byte = (position - values.start) % 4;
                *value = f32::from_bits(value.to_bits() ^ u32::from(mask) << (8 * byte));
                assert_eq!(read, expected, "{at}");
                outcomes.one_value += 1;
            } else if read == original {
                outcomes.unchanged += 1;
            } else {
                outcomes.structure += 1;
            }
        }
    }
    outcomes
}

fn numbers() -> Vec<f32> {
    (1..=100_u8).map(f32::from).collect()
}

fn one_tensor() -> Vec<u8> {
    state_dict(&[("w", &[100])]).end()
}

/// For a container without checksums: nearly every changed value can be read, and few changes of the
/// rest pass as another structure.
#[track_caller]
fn assert_mostly_one_value(outcomes: &Outcomes, values: usize, structure: usize) {
    let Outcomes {
        refused,
        one_value,
        structure: found,
        ..
    } = outcomes;
    assert!(*refused > 0, "{outcomes:?}");
    // A changed exponent may make a value infinite, which is refused.
    assert!(*one_value > values * 4 * 3 * 9 / 10, "{outcomes:?}");
    assert!(*found <= structure, "{outcomes:?}");
}

#[test]
fn a_flipped_byte_of_a_zip_file_is_refused_or_changes_one_value() {
    let whole = zip_file(&one_tensor(), &[floats(&numbers())]);
    let outcomes = flip(&whole, 1, "w", range_of(&numbers(), &whole));
    // An archive has checksums, so that a reader may refuse every changed value.
    assert!(outcomes.refused > 0, "{outcomes:?}");
    assert!(outcomes.structure <= 100, "{outcomes:?}");
}

#[test]
fn a_flipped_byte_of_a_legacy_file_is_refused_or_changes_one_value() {
    let whole = legacy_file(&one_tensor(), &[&numbers()]);
    let outcomes = flip(&whole, 1, "w", range_of(&numbers(), &whole));
    assert_mostly_one_value(&outcomes, 100, 100);
}

#[test]
fn a_flipped_byte_of_a_tar_file_is_refused_or_changes_one_value() {
    let values = [1.0, 2.0, 3.0];
    let whole = tar_file(values);
    let outcomes = flip(&whole, 1, "weight", range_of(&values, &whole));
    assert_mostly_one_value(&outcomes, 3, 100);
}

#[test]
fn a_flipped_byte_of_a_safetensors_file_is_refused_or_changes_one_value() {
    let header = r#"{"w":{"dtype":"F32","shape":[100],"data_offsets":[0,400]}}"#;
    let whole = safetensors_file(header, &floats(&numbers()));
    let outcomes = flip(&whole, 1, "w", range_of(&numbers(), &whole));
    assert_mostly_one_value(&outcomes, 100, 100);
}
