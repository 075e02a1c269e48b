//! Why an image file is refused.

use std::path::PathBuf;

use thiserror::Error;

/// Why an image file was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageFileError {
    /// A path that is not a file.
    #[error("{}: expected an image file, found a folder, a device or a pipe; give the path of a file", .path.display())]
    NotAFile {
        /// The path as received.
        path: PathBuf,
    },

    /// A file of 0 bytes.
    #[error("{}: the file is empty (0 bytes); replace or remove it", .path.display())]
    EmptyImage {
        /// The file.
        path: PathBuf,
    },

    /// Content of no known image format, whatever the file name says.
    #[error("{}: the content is not an image of a known format (png, jpeg, bmp, gif, webp, tiff, pnm); convert or remove it", .path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },

    /// An image larger than the limits.
    #[error("{}: {found}, the limit is {limit}; make the picture smaller or remove it", .path.display())]
    ImageTooLarge {
        /// The file.
        path: PathBuf,
        /// The size of the file, or the one its header claims.
        found: String,
        /// The limit, with its unit.
        limit: String,
    },

    /// A JPEG file that ends too early.
    #[error("{}: the image is truncated: {found} bytes without an end marker; copy it again or remove it", .path.display())]
    TruncatedImage {
        /// The file.
        path: PathBuf,
        /// Length of the file in bytes.
        found: usize,
    },

    /// An image whose content is damaged.
    #[error("{}: the image cannot be decoded; replace or remove it", .path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The error of the decoder.
        source: image::ImageError,
    },
}
