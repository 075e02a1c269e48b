//! Why a data set is refused: each error names the file, what was expected, what was found and what
//! to do.

mod folder;
mod idx;
mod image_file;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use folder::FolderError;
pub use idx::IdxError;
pub use image_file::ImageFileError;

use crate::download::DownloadError;
use crate::pixels::ImageShape;
use crate::preparation::StepError;

/// Why a data set or an image was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// Grey images for weights that were trained on RGB images.
    #[error(
        "data.normalize = \"pretrained\" is for images with 3 channels, received {channels}; set data.color = \"rgb\", or data.normalize = \"unit\""
    )]
    NotRgb {
        /// Channels of the images.
        channels: usize,
    },

    /// More of the same images in two splits than data.max_leak_fraction allows.
    #[error(
        "{name}: {leak}; `convlab data check` names them; set data.max_leak_fraction=1 to train anyway"
    )]
    Leak {
        /// The data set.
        name: String,
        /// How many, and where.
        leak: String,
    },

    /// No training images to measure mean and standard deviation on.
    #[error(
        "data.normalize = \"standard\" measures the training images, and {name} has none; set data.normalize = \"unit\" or \"pretrained\""
    )]
    NothingToMeasure {
        /// The data set.
        name: String,
    },

    /// Pixels were requested from a store of features.
    #[error("{} holds features, which have no pixels; open the images themselves", .path.display())]
    NoPixels {
        /// The file of features.
        path: PathBuf,
    },

    /// The validation and test splits take all images.
    #[error(
        "{name} leaves no images to train on; lower data.valid_fraction and data.test_fraction, or raise data.train_images"
    )]
    NothingToTrainOn {
        /// The data set.
        name: String,
    },

    /// No class has more than one image, which stays in training.
    #[error(
        "{name} has no class with more than one image, so validation and test images cannot be cut; add images, or set data.valid_fraction = 0 and data.test_fraction = 0"
    )]
    NothingToSpare {
        /// The data set.
        name: String,
    },

    /// Preparation steps that cannot be carried out.
    #[error("preprocess.steps{0}")]
    Preparation(StepError),

    /// A name that is not in the catalogue.
    #[error(
        "unknown data set `{name}`: expected one of {known}, or `folder` or `idx` with a path{suggestion}"
    )]
    UnknownDataset {
        /// The name as received.
        name: String,
        /// `, did you mean ...?` if a known name is similar, else empty.
        suggestion: String,
        /// All known names.
        known: String,
    },

    /// No flag, variable or cache folder says where the data is.
    #[error(
        "no data folder: this user has no cache folder; give one with --data-dir or CONVLAB_DATA"
    )]
    NoDataDir,

    /// A data set of the catalogue that is missing, or incomplete.
    #[error(
        "data set `{name}` is incomplete: {} not found in {}; download with `convlab data fetch {name}`, \
         or put the files there (plain or .gz), or set --data-dir or CONVLAB_DATA to the folder that holds `{name}/`",
        list(.files), .folder.display()
    )]
    MissingDataset {
        /// Name in the catalogue.
        name: String,
        /// The folder that was searched.
        folder: PathBuf,
        /// The missing files.
        files: Vec<String>,
    },

    /// A folder given by path that lacks IDX files.
    #[error("{}: expected the IDX files {} (plain or .gz), which are missing; check the path", .folder.display(), list(.files))]
    MissingIdx {
        /// The folder as received.
        folder: PathBuf,
        /// The missing files.
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

    /// An IDX file is refused, or the files of a data set do not fit each other.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// A folder that cannot be read as a data set.
    #[error(transparent)]
    Folder(#[from] FolderError),

    /// An image or folder option outside its range.
    #[error("{option} = {received}: expected {expected}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Value as received.
        received: String,
        /// What it must be.
        expected: &'static str,
    },

    /// An image file that cannot be decoded.
    #[error(transparent)]
    Image(#[from] ImageFileError),

    /// A position outside a store.
    #[error("{name}: image {index} was requested, but there are {len} images, numbered from 0")]
    NoSuchImage {
        /// Name of the store.
        name: String,
        /// Position as received.
        index: usize,
        /// Number of images.
        len: usize,
    },

    /// A buffer that does not fit an image of a store.
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

    /// Another process is unpacking the same data set.
    #[error("{} is being unpacked by another process; wait until it ends, then try again", .path.display())]
    Busy {
        /// The folder of the data set.
        path: PathBuf,
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

    /// The folder of a known data set has other classes.
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
    /// The message followed by those of its sources, for places with one line of text.
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

    /// Wraps an I/O error at `path`; for `map_err`.
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
