//! Opens image files within limits, at their own size, colours and depth.
//!
//! The format is detected by the content. Sizes are checked before anything is allocated, because
//! a header may claim any size.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use image::error::{DecodingError, ImageFormatHint, ParameterError, ParameterErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use libjpeg_turbo_rs::JpegError;

use super::image_options::ImageOptions;
use crate::data::error::{DataError, ImageFileError};
use crate::pixels::jpeg::{self, JpegFile};

/// The content of a file, if it is within the limits of `options`.
///
/// # Errors
/// The path is not a file, the file is too large, or it cannot be read.
pub(super) fn read_bytes(path: &Path, options: &ImageOptions) -> Result<Vec<u8>, DataError> {
    let metadata = path.metadata().map_err(DataError::io("open", path))?;
    if !metadata.is_file() {
        return Err(ImageFileError::NotAFile {
            path: path.to_path_buf(),
        }
        .into());
    }
    check_bytes(path, "the file has", metadata.len(), options)?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    File::open(path)
        .and_then(|file| file.take(options.max_alloc_bytes).read_to_end(&mut bytes))
        .map_err(DataError::io("read", path))?;
    Ok(bytes)
}

/// Decodes `bytes`, with its EXIF orientation applied; errors call it `path`.
///
/// # Errors
/// The content is empty, of no known format, damaged, truncated, or larger than `options` allow.
pub(super) fn decode_raw(
    bytes: &[u8],
    path: &Path,
    options: &ImageOptions,
) -> Result<DynamicImage, ImageFileError> {
    if bytes.is_empty() {
        return Err(ImageFileError::EmptyImage {
            path: path.to_path_buf(),
        });
    }
    if jpeg::is_jpeg(bytes) {
        return decode_jpeg(bytes, path, options);
    }
    let failed = |source| decode_error(path, source);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| failed(ImageError::IoError(error)))?;
    let format = reader.format().filter(ImageFormat::reading_enabled);
    if format.is_none() {
        return Err(ImageFileError::UnknownFormat {
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

fn decode_jpeg(
    bytes: &[u8],
    path: &Path,
    options: &ImageOptions,
) -> Result<DynamicImage, ImageFileError> {
    let failed = |error| match error {
        JpegError::UnexpectedEof => ImageFileError::TruncatedImage {
            path: path.to_path_buf(),
            found: bytes.len(),
        },
        error => {
            let format = ImageFormatHint::Exact(ImageFormat::Jpeg);
            decode_error(
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

fn decode_error(path: &Path, source: ImageError) -> ImageFileError {
    ImageFileError::Decode {
        path: path.to_path_buf(),
        source,
    }
}

/// Refuses an image by its header, before anything is allocated.
fn check_size(
    path: &Path,
    (width, height): (u32, u32),
    total_bytes: u64,
    options: &ImageOptions,
) -> Result<(), ImageFileError> {
    if width.max(height) > options.max_side {
        return Err(ImageFileError::ImageTooLarge {
            path: path.to_path_buf(),
            found: format!("the image is {width}x{height} pixels"),
            limit: format!("{} pixels a side", options.max_side),
        });
    }
    if width == 0 || height == 0 {
        let kind = ParameterErrorKind::DimensionMismatch;
        let error = ImageError::Parameter(ParameterError::from_kind(kind));
        return Err(decode_error(path, error));
    }
    // The decoded image and its conversion to the colours of `options` exist at the same time.
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
) -> Result<(), ImageFileError> {
    if bytes <= options.max_alloc_bytes {
        return Ok(());
    }
    Err(ImageFileError::ImageTooLarge {
        path: path.to_path_buf(),
        found: format!("{what} {bytes} bytes"),
        limit: format!("{} bytes", options.max_alloc_bytes),
    })
}
