//! Why a folder of images is refused.

use std::path::PathBuf;

use thiserror::Error;

/// Why a folder was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// A folder without class folders.
    #[error("{}: expected one sub-folder of images per class (<folder>/<class>/*.jpg), found none; check the path", .path.display())]
    NoClasses {
        /// The folder.
        path: PathBuf,
    },

    /// A folder with a single class.
    #[error("{}: expected at least 2 class folders, found only `{class}`; add the other classes", .path.display())]
    OneClass {
        /// The folder.
        path: PathBuf,
        /// The only class.
        class: String,
    },

    /// More classes than 16-bit labels can number.
    #[error("{}: found {found} class folders, at most {} are possible; check the path", .path.display(), u16::MAX)]
    TooManyClasses {
        /// The folder.
        path: PathBuf,
        /// Number of class folders.
        found: usize,
    },

    /// A class folder without images.
    #[error("{}: class `{class}` has no images; add some or remove the folder", .path.display())]
    EmptyClass {
        /// The class folder.
        path: PathBuf,
        /// The class.
        class: String,
    },

    /// A class folder without an image that can be decoded.
    #[error("{}: none of the {count} images of class `{class}` can be decoded (first: {first}); replace them or remove the folder", .path.display())]
    UnreadableClass {
        /// The class folder.
        path: PathBuf,
        /// The class.
        class: String,
        /// Number of files.
        count: usize,
        /// Why its first image cannot be decoded.
        first: String,
    },

    /// A split that lacks a class of the training split.
    #[error("{}: class `{class}` of the training folder is missing here; every split needs the same class folders", .path.display())]
    MissingClass {
        /// The split's folder.
        path: PathBuf,
        /// The class.
        class: String,
    },

    /// A split with a class that the training split lacks.
    #[error("{}: class `{class}` is not in the training folder, which has {known}; rename or remove it", .path.display())]
    UnknownClass {
        /// The split's folder.
        path: PathBuf,
        /// The class.
        class: String,
        /// Classes of the training split.
        known: String,
    },

    /// Split folders without a training split.
    #[error("{}: found {found} but no train/; add it, or give the path of one of them to use it as a folder of classes", .path.display())]
    NoTrainSplit {
        /// The data set's folder.
        path: PathBuf,
        /// The split folders found.
        found: String,
    },

    /// More than one spelling of the validation split.
    #[error("{}: found {found}, which all mean the validation split; keep one", .path.display())]
    AmbiguousSplit {
        /// The data set's folder.
        path: PathBuf,
        /// The folders.
        found: String,
    },

    /// A name that is not UTF-8, which reports and checkpoints need.
    #[error("{}: the name is not UTF-8; rename it", .path.display())]
    NotUtf8 {
        /// The file or folder.
        path: PathBuf,
    },

    /// More undecodable files than `max_bad_fraction` allows.
    #[error(
        "{}: {bad} of {total} image files cannot be decoded, more than the {:.1}% allowed; repair or remove them, \
         or raise max_bad_fraction; the first: {first}",
        .path.display(), .max_bad_fraction * 100.0
    )]
    TooManyBadFiles {
        /// The data set's folder.
        path: PathBuf,
        /// Files that cannot be decoded.
        bad: usize,
        /// All files with an image extension.
        total: usize,
        /// The fraction allowed, 0 to 1.
        max_bad_fraction: f64,
        /// The first few, with reasons.
        first: String,
    },
}
