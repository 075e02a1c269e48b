//! Everything that can be wrong with a data set, each with the file, what was expected, what was
//! found and what to do.

mod folder;
mod idx;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use folder::FolderError;
pub use idx::IdxError;

use crate::download::DownloadError;
use crate::pixels::ImageShape;
use crate::preparation::StepError;

/// Why a data set, an image or a download was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// Grey images for weights that were trained on coloured ones.
    #[error(
        "data.normalize = \"pretrained\" is for images with 3 channels, received {channels}; set data.color = \"rgb\", or data.normalize = \"unit\""
    )]
    NotRgb {
        /// Of the images.
        channels: usize,
    },

    /// The same images in two splits.
    #[error(
        "{name}: {leak}; `convlab data check` names them, data.max_leak_fraction=1 trains all the same"
    )]
    Leak {
        /// The data set.
        name: String,
        /// How many, and where.
        leak: String,
    },

    /// No training images to take mean and deviation of.
    #[error(
        "data.normalize = \"standard\" measures the training images, and {name} has none; set data.normalize = \"unit\" or \"pretrained\""
    )]
    NothingToMeasure {
        /// The data set.
        name: String,
    },

    /// Features were asked for pixels.
    #[error("{} holds features, which have no pixels; open the images themselves", .path.display())]
    NoPixels {
        /// The file of features.
        path: PathBuf,
    },

    /// Every image went into validation and test.
    #[error(
        "{name} leaves no images to train on; lower data.valid_fraction and data.test_fraction, or raise data.train_images"
    )]
    NothingToTrainOn {
        /// The data set.
        name: String,
    },

    /// No class has more than the one image that stays in training.
    #[error(
        "{name} has no class with more than one image, so validation and test images cannot be cut; add images, or set data.valid_fraction = 0 and data.test_fraction = 0"
    )]
    NothingToSpare {
        /// The data set.
        name: String,
    },

    /// Steps of a preparation that make no sense.
    #[error("preprocess.steps{0}")]
    Preparation(StepError),

    /// A name that is not in the catalogue.
    #[error(
        "unknown data set `{name}`: expected one of {known}, or `folder` or `idx` with a path{suggestion}"
    )]
    UnknownDataset {
        /// The name as received.
        name: String,
        /// `, did you mean ...?` where a known name is near, else nothing.
        suggestion: String,
        /// All known names.
        known: String,
    },

    /// Neither flag nor variable nor a home folder says where data lives.
    #[error(
        "no data folder: this user has no cache folder; give one with --data-dir or CONVLAB_DATA"
    )]
    NoDataDir,

    /// A data set of the catalogue that is not there, or only in part.
    #[error(
        "data set `{name}` is incomplete: {} not found in {}; download with `convlab data fetch {name}`, \
         or put the files there (plain or .gz), or point --data-dir or CONVLAB_DATA to the folder that holds `{name}/`",
        list(.files), .folder.display()
    )]
    MissingDataset {
        /// Name in the catalogue.
        name: String,
        /// Where the files were looked for.
        folder: PathBuf,
        /// The files that are not there.
        files: Vec<String>,
    },

    /// A folder given by path that lacks IDX files.
    #[error("{}: expected the IDX files {} (plain or .gz), which are not there; check the path", .folder.display(), list(.files))]
    MissingIdx {
        /// The folder as received.
        folder: PathBuf,
        /// The files that are not there.
        files: Vec<String>,
    },

    /// The operating system refused to read or write something.
    #[error("cannot {action} {}; check that it exists and its permissions", .path.display())]
    Io {
        /// What was tried, e.g. `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A path that must be a folder.
    #[error("{}: expected a folder; give the path of a folder", .path.display())]
    NotAFolder {
        /// The path as received.
        path: PathBuf,
    },

    /// An IDX file, or files of one data set that do not fit each other.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// A folder that cannot be read as a data set.
    #[error(transparent)]
    Folder(#[from] FolderError),

    /// Image or folder options that make no sense.
    #[error("{option} = {received}: expected {expected}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Value as received.
        received: String,
        /// What it must be.
        expected: &'static str,
    },

    /// Something that is neither a file nor a link to one.
    #[error("{}: expected an image file, found a folder, a device or a pipe; give the path of a file", .path.display())]
    NotAFile {
        /// The path as received.
        path: PathBuf,
    },

    /// A file without content.
    #[error("{}: the file is empty (0 bytes); replace or remove it", .path.display())]
    EmptyImage {
        /// The file.
        path: PathBuf,
    },

    /// A file whose content is of no known image format, whatever its name says.
    #[error("{}: the content is not an image of a known format (png, jpeg, bmp, gif, webp, tiff, pnm); convert or remove it", .path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },

    /// An image whose size goes beyond the limits.
    #[error("{}: {found}, the limit is {limit}; make the picture smaller or remove it", .path.display())]
    ImageTooLarge {
        /// The file.
        path: PathBuf,
        /// What the file has or claims.
        found: String,
        /// The limit, with its unit.
        limit: String,
    },

    /// An image that ends too early.
    #[error("{}: the image is cut short: {found} bytes without an end marker; copy it again or remove it", .path.display())]
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
        /// The decoder's reason.
        source: image::ImageError,
    },

    /// A position outside a store.
    #[error("{name}: image {index} was asked for, there are {len} images, numbered from 0")]
    NoSuchImage {
        /// Name of the store.
        name: String,
        /// Position as received.
        index: usize,
        /// Number of images.
        len: usize,
    },

    /// An output that cannot hold an image of a store.
    #[error(
        "{name}: an image of {shape} has {expected} values, the buffer has {received}; size it by the store's shape"
    )]
    BufferLength {
        /// Name of the store.
        name: String,
        /// Shape of the store's images.
        shape: ImageShape,
        /// Values per image.
        expected: usize,
        /// Length of the buffer.
        received: usize,
    },

    /// A file that cannot be downloaded or unpacked.
    #[error(transparent)]
    Download(#[from] DownloadError),

    /// A line of a list of images.
    #[error("{}: line {line}: expected {expected}, received `{received}`; correct the list, or remove its folder to have it unpacked again", .path.display())]
    ListLine {
        /// The list.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What a line must be.
        expected: String,
        /// The line as received.
        received: String,
    },

    /// A folder in the place of a known data set that holds something else.
    #[error("{}: expected the classes of {name}, {expected}; found {found}; rename the folders, or use data.dataset = \"folder\" with this path", .path.display())]
    OtherClasses {
        /// The folder.
        path: PathBuf,
        /// Name in the catalogue.
        name: String,
        /// Classes of that data set.
        expected: String,
        /// Classes found.
        found: String,
    },
}

impl DataError {
    /// The message followed by those of its sources, for places that keep one line of text.
    pub fn full_message(&self) -> String {
        let mut message = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        message
    }

    /// Shapes an I/O error for `path`; for `map_err`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}

fn list(items: &[String]) -> String {
    items.join(", ")
}
