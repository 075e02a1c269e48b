//! Images of every format, whole and damaged.

use super::*;
use crate::data::error::ImageFileError;
use crate::pixels::jpeg;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba};
use std::io::Cursor;
use std::path::PathBuf;

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let image = image.into();
    if format == ImageFormat::Jpeg {
        return jpeg::tests::encoded(&image);
    }
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(bytes: &[u8], color: ColorMode, height: usize, width: usize) -> Vec<u8> {
    let options = ImageOptions::new(color, height, width);
    decode_bytes(bytes, Path::new("some.png"), &options).unwrap()
}

fn refusal(bytes: &[u8]) -> DataError {
    let options = ImageOptions::new(ColorMode::Rgb, 8, 8);
    let error = decode_bytes(bytes, Path::new("some.png"), &options).unwrap_err();
    assert!(
        error.to_string().contains("some.png"),
        "the file is not named: {error}"
    );
    error
}

/// Red, green over blue, white.
fn four_colors() -> RgbImage {
    RgbImage::from_raw(2, 2, vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]).unwrap()
}

/// A photograph-like image, so that JPEG has something to compress.
fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8])
    })
}

#[test]
fn an_image_of_the_right_size_comes_out_unchanged_one_plane_per_channel() {
    let bytes = encoded(four_colors(), ImageFormat::Png);
    assert_eq!(
        decoded(&bytes, ColorMode::Rgb, 2, 2),
        [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]
    );
}

#[test]
fn every_format_is_told_by_its_content() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Pnm, Tiff, WebP};
    for format in [Png, Jpeg, Bmp, Gif, WebP, Tiff, Pnm] {
        let grey = GrayImage::from_pixel(16, 16, Luma([200]));
        let rgb = DynamicImage::ImageLuma8(grey).into_rgb8();
        let pixels = decoded(&encoded(rgb, format), ColorMode::Grey, 16, 16);
        assert!(
            pixels.iter().all(|&v| v.abs_diff(200) <= 2),
            "{format:?}: {pixels:?}"
        );
    }
}

#[test]
fn grey_becomes_rgb_by_repeating_and_rgb_becomes_grey_by_luma() {
    let grey = GrayImage::from_raw(2, 1, vec![10, 200]).unwrap();
    let bytes = encoded(grey, ImageFormat::Png);
    assert_eq!(
        decoded(&bytes, ColorMode::Rgb, 1, 2),
        [10, 200, 10, 200, 10, 200]
    );
    let bytes = encoded(four_colors(), ImageFormat::Png);
    assert_eq!(decoded(&bytes, ColorMode::Grey, 2, 2), [54, 182, 18, 255]);
}

#[test]
fn sixteen_bit_values_are_scaled_to_eight() {
    let deep: ImageBuffer<Luma<u16>, _> =
        ImageBuffer::from_raw(3, 1, vec![0_u16, 0x8080, 0xffff]).unwrap();
    let bytes = encoded(deep, ImageFormat::Png);
    assert_eq!(decoded(&bytes, ColorMode::Grey, 1, 3), [0, 128, 255]);
}

#[test]
fn transparency_is_composited_over_black() {
    let sheet = ImageBuffer::from_raw(
        3,
        1,
        vec![255, 255, 255, 0, 200, 100, 50, 128, 200, 100, 50, 255],
    );
    let sheet: ImageBuffer<Rgba<u8>, Vec<u8>> = sheet.unwrap();
    let bytes = encoded(sheet, ImageFormat::Png);
    assert_eq!(
        decoded(&bytes, ColorMode::Rgb, 1, 3),
        [0, 100, 200, 0, 50, 100, 0, 25, 50]
    );
}

/// `jpeg` with an EXIF segment that holds nothing but the orientation.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [
        b"MM\0*\0\0\0\x08".as_slice(),   // big endian, first directory at 8
        &[0, 1],                         // one entry:
        &[0x01, 0x12, 0, 3, 0, 0, 0, 1], // tag 0x0112, one 16-bit value:
        &[0, orientation, 0, 0],
        &[0, 0, 0, 0], // no further directory
    ]
    .concat();
    let content = [b"Exif\0\0", tiff.as_slice()].concat();
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &content, &jpeg[2..]].concat()
}

#[test]
fn the_orientation_of_the_exif_data_is_applied() {
    // Wider than high, left half white.
    let lying = GrayImage::from_fn(32, 16, |x, _| Luma([if x < 16 { 255 } else { 0 }]));
    let jpeg = encoded(lying, ImageFormat::Jpeg);
    let corners = |orientation, height: usize, width: usize| {
        let bytes = with_orientation(&jpeg, orientation);
        let pixels = decoded(&bytes, ColorMode::Grey, height, width);
        let bright = |row: usize, col: usize| pixels[row * width + col] > 128;
        (bright(0, 0), bright(0, width - 1), bright(height - 1, 0))
    };
    assert_eq!(corners(1, 16, 32), (true, false, true), "as it is");
    assert_eq!(corners(2, 16, 32), (false, true, false), "mirrored");
    assert_eq!(corners(6, 32, 16), (true, true, false), "turned clockwise");
    assert_eq!(
        corners(8, 32, 16),
        (false, false, true),
        "turned anticlockwise"
    );
}

#[test]
fn an_empty_file_is_called_empty() {
    assert!(matches!(
        refusal(&[]),
        DataError::Image(ImageFileError::EmptyImage { .. })
    ));
}

#[test]
fn a_text_that_is_named_like_an_image_is_called_no_image() {
    let error = refusal(b"this is not a picture, whatever its name says");
    assert!(
        matches!(
            error,
            DataError::Image(ImageFileError::UnknownFormat { .. })
        ),
        "{error}"
    );
}

#[test]
fn an_image_cut_in_half_is_refused_in_every_format() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Pnm, Tiff, WebP};
    for format in [Png, Jpeg, Bmp, Gif, WebP, Tiff, Pnm] {
        let whole = encoded(scene(64, 64), format);
        decoded(&whole, ColorMode::Rgb, 8, 8);
        refusal(&whole[..whole.len() / 2]);
        refusal(&whole[..12]);
    }
}

#[test]
fn a_jpeg_that_lacks_its_last_rows_is_refused_even_with_a_whole_thumbnail() {
    let jpeg = encoded(scene(64, 64), ImageFormat::Jpeg);
    let thumbnail = encoded(scene(8, 8), ImageFormat::Jpeg);
    let length = (thumbnail.len() as u16 + 2).to_be_bytes();
    let whole = [&jpeg[..2], &[0xff, 0xe2], &length, &thumbnail, &jpeg[2..]].concat();
    decoded(&whole, ColorMode::Rgb, 8, 8);
    let error = refusal(&whole[..whole.len() - 40]);
    assert!(
        matches!(
            error,
            DataError::Image(ImageFileError::TruncatedImage { .. })
        ),
        "{error}"
    );
}

/// A PNG header of `width` x `height` RGB pixels, as a whole chunk.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    let signature = b"\x89PNG\r\n\x1a\n\0\0\0\x0d";
    // The start of the pixel data follows, which a decoder looks for.
    let data = b"\0\0\x10\0IDAT\x78\x9c";
    [signature, &header[..], &crc.sum().to_be_bytes(), data].concat()
}

#[test]
fn a_header_that_claims_a_huge_image_is_refused_by_its_size() {
    let error = refusal(&png_header(60_000, 60_000));
    assert!(
        matches!(
            error,
            DataError::Image(ImageFileError::ImageTooLarge { .. })
        ),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("60000x60000") && text.contains("make the picture smaller"),
        "{text}"
    );
}

#[test]
fn an_image_of_allowed_sides_that_takes_too_much_memory_is_refused() {
    let error = refusal(&png_header(19_000, 19_000));
    let text = error.to_string();
    assert!(
        text.contains("bytes") && text.contains("make the picture smaller"),
        "{error:?}"
    );
}

#[test]
fn a_file_is_decoded_and_a_missing_one_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.txt");
    std::fs::write(&path, encoded(four_colors(), ImageFormat::Png)).unwrap();
    let options = ImageOptions::new(ColorMode::Grey, 2, 2);
    assert_eq!(decode(&path, &options).unwrap(), [54, 182, 18, 255]);

    let missing: PathBuf = folder.path().join("missing.png");
    let error = decode(&missing, &options).unwrap_err().to_string();
    assert!(error.contains("missing.png"), "{error}");
    let error = decode(folder.path(), &options).unwrap_err();
    assert!(
        matches!(error, DataError::Image(ImageFileError::NotAFile { .. })),
        "{error}"
    );
}

#[test]
fn a_file_longer_than_the_memory_limit_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    std::fs::write(&path, encoded(scene(64, 64), ImageFormat::Bmp)).unwrap();
    let mut options = ImageOptions::new(ColorMode::Grey, 2, 2);
    options.max_alloc_bytes = 1000;
    let error = decode(&path, &options).unwrap_err();
    assert!(
        matches!(
            error,
            DataError::Image(ImageFileError::ImageTooLarge { .. })
        ),
        "{error}"
    );
}

#[test]
fn extensions_count_in_any_case() {
    assert!(has_image_extension(Path::new("a/b.JPEG")));
    assert!(!has_image_extension(Path::new("Thumbs.db")));
    assert!(!has_image_extension(Path::new("png")));
}
