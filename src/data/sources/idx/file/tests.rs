//! IDX files whole, truncated and hostile.

use super::*;
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

fn idx(magic: u32, dims: &[u32], content: &[u8]) -> Vec<u8> {
    let words = [&[magic], dims].concat();
    let header = words.iter().flat_map(|word| word.to_be_bytes());
    header.chain(content.iter().copied()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some-file");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn images(bytes: &[u8]) -> Result<IdxImages, DataError> {
    let (_folder, path) = write(bytes);
    read_images(&path)
}

fn refusal(bytes: &[u8]) -> String {
    let error = images(bytes).unwrap_err().full_message();
    assert!(
        error.contains("some-file"),
        "the file is not named: {error}"
    );
    error
}

fn two_by_two() -> Vec<u8> {
    idx(IMAGE_MAGIC, &[2, 1, 2], &[1, 2, 3, 4])
}

#[test]
fn images_are_read_row_by_row() {
    let read = images(&two_by_two()).unwrap();
    assert_eq!((read.count, read.rows, read.cols), (2, 1, 2));
    assert_eq!(read.pixels, [1, 2, 3, 4]);
}

#[test]
fn a_gzipped_file_is_told_by_its_content_and_not_by_its_name() {
    assert_eq!(
        images(&gzip(&two_by_two())).unwrap(),
        images(&two_by_two()).unwrap()
    );
}

#[test]
fn labels_are_read_one_per_byte() {
    let (_folder, path) = write(&idx(LABEL_MAGIC, &[3], &[9, 0, 4]));
    assert_eq!(read_labels(&path).unwrap(), [9, 0, 4]);
}

#[test]
fn a_missing_file_is_named() {
    let error = read_images(Path::new("/nowhere/at-all")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at-all"), "{error}");
}

#[test]
fn a_label_file_in_the_place_of_images_is_called_by_its_name() {
    let error = refusal(&idx(LABEL_MAGIC, &[3], &[0, 1, 2]));
    assert!(
        error.contains("0x00000803") && error.contains("0x00000801"),
        "{error}"
    );
    assert!(
        error.contains("label file") && error.contains("swapped"),
        "{error}"
    );
}

#[test]
fn a_text_is_refused_by_its_magic_number() {
    let error = refusal(b"<!DOCTYPE html>");
    assert!(error.contains("0x3c21444f"), "{error}");
}

#[test]
fn an_empty_file_and_half_a_header_are_refused() {
    for length in [0, 3, 4, 15] {
        let error = refusal(&two_by_two()[..length]);
        assert!(error.contains(&format!("found {length}")), "{error}");
    }
}

#[test]
fn a_truncated_file_is_refused_with_both_lengths() {
    let error = refusal(&two_by_two()[..18]);
    assert!(
        error.contains("expected 20") && error.contains("found 18"),
        "{error}"
    );
    assert!(error.contains("2 images of 1x2"), "{error}");
}

#[test]
fn an_archive_that_is_cut_anywhere_is_refused() {
    let content: Vec<u8> = (0..4_000_u32).map(|i| (i * i % 251) as u8).collect();
    let whole = gzip(&idx(IMAGE_MAGIC, &[10, 20, 20], &content));
    assert!(images(&whole).is_ok());
    for missing in [1, 4, 8, 9, 100, whole.len() / 2] {
        refusal(&whole[..whole.len() - missing]);
    }
}

#[test]
fn an_archive_with_a_wrong_checksum_is_refused() {
    let mut archive = gzip(&two_by_two());
    let crc = archive.len() - 8;
    archive[crc] ^= 1;
    refusal(&archive);
}

#[test]
fn trailing_bytes_are_refused_plain_and_gzipped() {
    let long = [&two_by_two()[..], &[0]].concat();
    for bytes in [long.clone(), gzip(&long)] {
        let error = refusal(&bytes);
        assert!(
            error.contains("expected 20 bytes") && error.contains("goes on"),
            "{error}"
        );
    }
    refusal(&[&gzip(&two_by_two())[..], b"rest"].concat());
}

#[test]
fn a_header_of_zero_images_or_zero_pixels_is_refused() {
    for dims in [[0, 28, 28], [2, 0, 28], [2, 28, 0]] {
        let error = refusal(&idx(IMAGE_MAGIC, &dims, &[]));
        assert!(error.contains(&format!("{} images of", dims[0])), "{error}");
    }
}

#[test]
fn a_huge_claim_is_refused_without_reserving_it() {
    let error = refusal(&idx(IMAGE_MAGIC, &[u32::MAX, u32::MAX, u32::MAX], &[0; 64]));
    assert!(
        error.contains("4294967295 images of 4294967295x4294967295"),
        "{error}"
    );
    let error = refusal(&idx(IMAGE_MAGIC, &[4_000_000, 32, 32], &[0; 64]));
    assert!(
        error.contains("expected 4096000016") && error.contains("found 80"),
        "{error}"
    );
}
