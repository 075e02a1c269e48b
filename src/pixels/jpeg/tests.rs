//! JPEG files against the pixels of libjpeg-turbo, whole and damaged.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use libjpeg_turbo_rs::{Encoder, Subsampling, compress};
use serde_json::Value;

use super::*;

/// A JPEG file of an image with one channel or three.
pub(crate) fn encoded(image: &DynamicImage) -> Vec<u8> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let format = match image.color().channel_count() {
        1 => PixelFormat::Grayscale,
        _ => PixelFormat::Rgb,
    };
    compress(
        image.as_bytes(),
        width,
        height,
        format,
        90,
        Subsampling::S420,
    )
    .unwrap()
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, JpegError> {
    JpegFile::open(bytes)?.decode(1 << 20)
}

fn fixture() -> Value {
    let text = include_str!("../../../tests/fixtures/jpeg.json");
    serde_json::from_str(text).unwrap()
}

fn base64(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn pixels_are_those_of_libjpeg_turbo() {
    let fixture = fixture();
    for (name, case) in fixture["cases"].as_object().unwrap() {
        let image = decode(&base64(&case["file"])).unwrap();
        assert_eq!(fixture["width"], image.width(), "{name}");
        assert_eq!(case["channels"], image.color().channel_count(), "{name}");
        // Pillow rounds the product of ink and black in another way.
        let allowed = u8::from(name == "inks");
        let expected = base64(&case["pixels"]);
        assert_eq!(image.as_bytes().len(), expected.len(), "{name}");
        for (&ours, theirs) in image.as_bytes().iter().zip(expected) {
            assert!(ours.abs_diff(theirs) <= allowed, "{name}: {ours} {theirs}");
        }
    }
}

/// Wherever a file is cut it is refused, unless only the end marker is missing.
#[test]
fn a_file_cut_anywhere_is_refused() {
    for (name, case) in fixture()["cases"].as_object().unwrap() {
        let whole = base64(&case["file"]);
        for length in 0..whole.len() - 3 {
            assert!(decode(&whole[..length]).is_err(), "{name} cut at {length}");
        }
        decode(&[&whole[..], b"appended"].concat()).unwrap();
    }
}

#[test]
fn a_file_with_any_byte_changed_gives_an_image_of_its_header_s_size_or_an_error() {
    for (name, case) in fixture()["cases"].as_object().unwrap() {
        let whole = base64(&case["file"]);
        let (mut images, mut errors) = (0, 0);
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xd9, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let decoded = JpegFile::open(&bytes).and_then(|file| {
                    let dimensions = file.dimensions();
                    Ok((dimensions, file.decode(1 << 20)?))
                });
                match decoded {
                    Err(_) => errors += 1,
                    Ok((dimensions, image)) => {
                        images += 1;
                        assert_eq!((image.width(), image.height()), dimensions, "{name} {at}");
                        assert!(image.as_bytes().len() <= 1 << 20, "{name} {at}");
                    }
                }
            }
        }
        assert!(images > 0 && errors > 0, "{name}: {images} {errors}");
    }
}

#[test]
fn memory_is_limited() {
    let file = encoded(&RgbImage::new(200, 100).into());
    let error = JpegFile::open(&file).unwrap().decode(10_000).unwrap_err();
    assert!(
        matches!(error, JpegError::LimitExceeded { .. }),
        "{error:?}"
    );
}

#[test]
fn a_progressive_file_takes_more_memory_than_its_pixels() {
    let (width, height) = (64, 64);
    let pixels = vec![100; width * height * 3];
    let file = Encoder::new(&pixels, width, height, PixelFormat::Rgb)
        .progressive(true)
        .encode()
        .unwrap();
    let file = JpegFile::open(&file).unwrap();
    let total = file.total_bytes();
    assert!(file.decode(total + 100).is_err());
}
