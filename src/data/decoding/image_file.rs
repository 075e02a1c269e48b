//! Decodes image files to the input values of a network.
//!
//! Training, evaluation and prediction all decode here, so that an image has the same values at
//! every stage.

use std::path::Path;

use image::DynamicImage;

use super::conversion::converted;
use super::file_facts::FileFacts;
use super::image_options::ImageOptions;
use super::raw_image::{decode_raw, read_bytes};
use super::sketch::Sketch;
use crate::data::error::DataError;
use crate::pixels::{ColorMode, ImageShape, planes, to_color};
use crate::preparation::Pipeline;

/// File name extensions of images, lower case.
pub const EXTENSIONS: &[&str] = &[
    "png", "jpg", "jpeg", "jpe", "jfif", "bmp", "gif", "webp", "tif", "tiff", "pnm", "pbm", "pgm",
    "ppm", "pam",
];

/// Whether `path` has the extension of an image.
pub fn has_image_extension(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|text| text.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Decodes an image file (png, jpeg, bmp, gif, webp, tiff, pnm, detected by content) to 8-bit
/// values, `[channels, height, width]` of `options`.
///
/// The EXIF orientation is applied. 16-bit values are scaled to 8 bits. Transparency is composited
/// over black, the background of MNIST, Fashion-MNIST and padding, so that a drawing on a
/// transparent background looks like those images. Of an animation, the first image is used. Then
/// the steps of `options.preparation` are run. Resizing uses the triangle filter, which averages
/// when it shrinks; an image that has the size already is not resized.
///
/// # Errors
/// The file cannot be read, is empty, of no known format, damaged, truncated, or larger than
/// `options` allow, or `options` themselves are invalid.
pub fn decode(path: &Path, options: &ImageOptions) -> Result<Vec<u8>, DataError> {
    Ok(decode_with_facts(path, options, false)?.pixels)
}

/// A decoded image file, with what the checks on the data need.
pub struct DecodedFile {
    /// As returned by [`decode`].
    pub pixels: Vec<u8>,
    pub facts: FileFacts,
    /// If it was requested.
    pub sketch: Option<Sketch>,
}

/// As [`decode`], with the facts about the file and, on request, a sketch of the image.
///
/// # Errors
/// See [`decode`].
pub fn decode_with_facts(
    path: &Path,
    options: &ImageOptions,
    with_sketch: bool,
) -> Result<DecodedFile, DataError> {
    options.validate()?;
    let image = decode_raw(&read_bytes(path, options)?, path, options)?;
    let facts = FileFacts::new(&image);
    let unprepared = (with_sketch && !options.preparation.is_empty()).then(|| {
        let preparation = Pipeline::none();
        let options = ImageOptions {
            preparation,
            ..options.clone()
        };
        converted(image.clone(), &options)
    });
    let pixels = converted(image, options);
    let sketch = with_sketch.then(|| {
        let unprepared = unprepared.as_ref().unwrap_or(&pixels);
        Sketch::new(&pixels, unprepared, options.shape())
    });
    Ok(DecodedFile {
        pixels,
        facts,
        sketch,
    })
}

/// Decodes an image file at its own size, colours and depth; the EXIF orientation is applied.
///
/// # Errors
/// See [`decode`].
pub fn decode_image(path: &Path) -> Result<DynamicImage, DataError> {
    let options = ImageOptions::new(ColorMode::Rgb, 1, 1);
    Ok(decode_raw(&read_bytes(path, &options)?, path, &options)?)
}

/// As [`decode`], for a file in memory; errors call it `name`.
///
/// # Errors
/// See [`decode`].
pub fn decode_bytes(
    bytes: &[u8],
    name: &Path,
    options: &ImageOptions,
) -> Result<Vec<u8>, DataError> {
    options.validate()?;
    let image = decode_raw(bytes, name, options)?;
    Ok(converted(image, options))
}

/// Decodes an image file at its own size, to one channel or three as the file has them.
///
/// # Errors
/// See [`decode`].
pub fn decode_whole(path: &Path) -> Result<(ImageShape, Vec<u8>), DataError> {
    let image = decode_image(path)?;
    let color = match image.color().has_color() {
        true => ColorMode::Rgb,
        false => ColorMode::Grey,
    };
    let (width, height) = (image.width() as usize, image.height() as usize);
    let shape = ImageShape::new(color.channels(), height, width);
    Ok((shape, planes(to_color(image, color), color)))
}

#[cfg(test)]
mod tests;
