//! One image file of the outside world, made into the values a network takes.
//!
//! Training, evaluation and prediction all decode through here, so that an image looks the same
//! to a network at every stage. The format is told by the content; sizes are limited before
//! anything is allocated, because a header may claim what it likes.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use image::error::{DecodingError, ImageFormatHint, ParameterError, ParameterErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use libjpeg_turbo_rs::JpegError;

use super::conversion::converted;
use super::file_facts::FileFacts;
use super::image_options::ImageOptions;
use super::sketch::Sketch;
use crate::data::error::DataError;
use crate::pixels::jpeg;
use crate::pixels::jpeg::JpegFile;
use crate::pixels::{ColorMode, ImageShape};
use crate::pixels::{planes, to_color};
use crate::preparation::Pipeline;

/// File name extensions, lower case, that are taken for images.
pub const EXTENSIONS: &[&str] = &[
    "png", "jpg", "jpeg", "jpe", "jfif", "bmp", "gif", "webp", "tif", "tiff", "pnm", "pbm", "pgm",
    "ppm", "pam",
];

/// Whether the name of a file says that it is an image.
pub fn has_image_extension(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|text| text.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Decodes an image file (png, jpeg, bmp, gif, webp, tiff, pnm, told by content) to 8-bit values,
/// `[channels, height, width]` of `options`.
///
/// The orientation of the EXIF data is applied. 16-bit values are scaled to 8 bits. Transparency
/// is composited over black, the background of MNIST and Fashion-MNIST and of padding, so that a
/// drawing on a transparent sheet arrives as those images are. Of an animation, the first image
/// counts. Resizing is by the triangle filter, which averages where it shrinks; an image that
/// already has the size stays as it is. The steps of the options' preparation come in between.
///
/// # Errors
/// Where the file cannot be read, is empty, of no known format, damaged, cut short, or larger
/// than the options allow, and where the options themselves make no sense.
pub fn decode(path: &Path, options: &ImageOptions) -> Result<Vec<u8>, DataError> {
    Ok(decode_seen(path, options, false)?.pixels)
}

/// An image and what else is known of it.
pub struct Seen {
    /// As [`decode`] gives it.
    pub pixels: Vec<u8>,
    /// Of the file.
    pub facts: FileFacts,
    pub sketch: Option<Sketch>,
}

/// As [`decode`], with what the checks on the data ask for; with a sketch only where that is
/// `sketched`.
///
/// # Errors
/// As [`decode`].
pub fn decode_seen(path: &Path, options: &ImageOptions, sketched: bool) -> Result<Seen, DataError> {
    options.validate()?;
    let image = open_image(&read_bytes(path, options)?, path, options)?;
    let facts = FileFacts::of(&image);
    let unprepared = (sketched && !options.preparation.is_empty()).then(|| {
        let preparation = Pipeline::none();
        let options = ImageOptions {
            preparation,
            ..options.clone()
        };
        converted(image.clone(), &options)
    });
    let pixels = converted(image, options);
    let sketch = sketched.then(|| {
        let unprepared = unprepared.as_ref().unwrap_or(&pixels);
        Sketch::new(&pixels, unprepared, options.shape())
    });
    Ok(Seen {
        pixels,
        facts,
        sketch,
    })
}

fn read_bytes(path: &Path, options: &ImageOptions) -> Result<Vec<u8>, DataError> {
    let metadata = path.metadata().map_err(DataError::io("open", path))?;
    if !metadata.is_file() {
        return Err(DataError::NotAFile {
            path: path.to_path_buf(),
        });
    }
    check_bytes(path, "the file has", metadata.len(), options)?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    File::open(path)
        .and_then(|file| file.take(options.max_alloc_bytes).read_to_end(&mut bytes))
        .map_err(DataError::io("read", path))?;
    Ok(bytes)
}

/// Decodes an image file as it is: orientation applied, colours, depth and size those of the file.
///
/// # Errors
/// As [`decode`].
pub fn decode_image(path: &Path) -> Result<DynamicImage, DataError> {
    let options = ImageOptions::new(ColorMode::Rgb, 1, 1);
    open_image(&read_bytes(path, &options)?, path, &options)
}

/// As [`decode`], for a file that is already in memory, e.g. an upload; `name` is what errors
/// call it.
///
/// # Errors
/// As [`decode`].
pub fn decode_bytes(
    bytes: &[u8],
    name: &Path,
    options: &ImageOptions,
) -> Result<Vec<u8>, DataError> {
    options.validate()?;
    let image = open_image(bytes, name, options)?;
    Ok(converted(image, options))
}

/// Decodes an image file as it is: its size, and one channel or three as the file has them.
///
/// # Errors
/// As [`decode`].
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

fn open_image(
    bytes: &[u8],
    path: &Path,
    options: &ImageOptions,
) -> Result<DynamicImage, DataError> {
    if bytes.is_empty() {
        return Err(DataError::EmptyImage {
            path: path.to_path_buf(),
        });
    }
    if jpeg::is_jpeg(bytes) {
        return open_jpeg(bytes, path, options);
    }
    let failed = |source| decoding(path, source);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| failed(ImageError::IoError(error)))?;
    let format = reader.format().filter(ImageFormat::reading_enabled);
    if format.is_none() {
        return Err(DataError::UnknownFormat {
            path: path.to_path_buf(),
        });
    }

    let mut limits = Limits::default();
    limits.max_alloc = Some(options.max_alloc_bytes);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    check_size(path, decoder.dimensions(), decoder.total_bytes(), options)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn open_jpeg(bytes: &[u8], path: &Path, options: &ImageOptions) -> Result<DynamicImage, DataError> {
    let failed = |error| match error {
        JpegError::UnexpectedEof => DataError::TruncatedImage {
            path: path.to_path_buf(),
            found: bytes.len(),
        },
        error => {
            let format = ImageFormatHint::Exact(ImageFormat::Jpeg);
            decoding(
                path,
                ImageError::Decoding(DecodingError::new(format, error)),
            )
        }
    };
    let file = JpegFile::open(bytes).map_err(failed)?;
    check_size(path, file.dimensions(), file.total_bytes(), options)?;
    let orientation = file.orientation();
    let mut image = file.decode(options.max_alloc_bytes).map_err(failed)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn decoding(path: &Path, source: ImageError) -> DataError {
    DataError::Decode {
        path: path.to_path_buf(),
        source,
    }
}

/// Refuses an image by its header, before anything is allocated for it.
fn check_size(
    path: &Path,
    (width, height): (u32, u32),
    total_bytes: u64,
    options: &ImageOptions,
) -> Result<(), DataError> {
    if width.max(height) > options.max_side {
        return Err(DataError::ImageTooLarge {
            path: path.to_path_buf(),
            found: format!("the image is {width}x{height} pixels"),
            limit: format!("{} pixels a side", options.max_side),
        });
    }
    if width == 0 || height == 0 {
        let kind = ParameterErrorKind::DimensionMismatch;
        let error = ImageError::Parameter(ParameterError::from_kind(kind));
        return Err(decoding(path, error));
    }
    // The decoded image and its conversion to the wanted colours exist at the same time.
    let pixels = u64::from(width) * u64::from(height);
    let converted = pixels.saturating_mul(options.color.channels() as u64);
    let needed = total_bytes.saturating_add(converted);
    check_bytes(path, "decoding takes", needed, options)
}

fn check_bytes(
    path: &Path,
    what: &str,
    bytes: u64,
    options: &ImageOptions,
) -> Result<(), DataError> {
    if bytes <= options.max_alloc_bytes {
        return Ok(());
    }
    Err(DataError::ImageTooLarge {
        path: path.to_path_buf(),
        found: format!("{what} {bytes} bytes"),
        limit: format!("{} bytes", options.max_alloc_bytes),
    })
}

#[cfg(test)]
mod tests;
