//! Pictures inside the page, as `data:` URLs.

use std::io::Cursor;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, ImageEncoder, ImageResult, RgbImage};

use super::error::ReportError;
use crate::drawing::photo;
use crate::pixels::ImageShape;

/// The most pixels on the longer side of a thumbnail.
const THUMBNAIL: u32 = 96;
/// JPEG quality of photographs, from 1 to 100.
const QUALITY: u8 = 82;

/// An image `[channels, height, width]` as a `data:` URL, in its own size or reduced.
///
/// # Errors
/// [`ReportError::Picture`]
pub fn thumbnail(pixels: &[u8], shape: ImageShape) -> Result<String, ReportError> {
    let picture = photo(pixels, shape.channels, shape.width, 1);
    data_url(&shrunk(picture, THUMBNAIL), shape.channels)
}

/// `picture`, scaled down where a side is longer than `longest` pixels.
pub fn shrunk(picture: RgbImage, longest: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    match width.max(height) {
        side if side <= longest => picture,
        side => {
            let sized = |len: u32| (len * longest / side).max(1);
            resize(&picture, sized(width), sized(height), FilterType::Triangle)
        }
    }
}

/// A picture as a `data:` URL: JPEG for colour images (three `channels`) above 32 pixels, where it is
/// smaller, else PNG.
///
/// # Errors
/// [`ReportError::Picture`]
pub fn data_url(picture: &RgbImage, channels: usize) -> Result<String, ReportError> {
    let photograph = channels == 3 && picture.width().max(picture.height()) > 32;
    let (kind, bytes) = match photograph {
        true => ("jpeg", jpeg(picture)),
        false => ("png", png(picture, channels == 1)),
    };
    let bytes = bytes.map_err(|error| ReportError::Picture(error.to_string()))?;
    Ok(format!(
        "data:image/{kind};base64,{}",
        BASE64_STANDARD.encode(bytes)
    ))
}

fn jpeg(picture: &RgbImage) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut bytes), QUALITY).encode_image(picture)?;
    Ok(bytes)
}

fn png(picture: &RgbImage, grey: bool) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, PngFilter::Adaptive);
    let (width, height) = picture.dimensions();
    match grey {
        true => {
            let grey = DynamicImage::from(picture.clone()).into_luma8();
            encoder.write_image(&grey, width, height, image::ExtendedColorType::L8)?;
        }
        false => encoder.write_image(picture, width, height, image::ExtendedColorType::Rgb8)?,
    }
    Ok(bytes)
}
