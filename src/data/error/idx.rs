//! Why IDX files are refused.

use std::path::PathBuf;

use thiserror::Error;

use crate::pixels::ImageShape;

/// Why IDX files were refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IdxError {
    /// A file with another magic number than expected.
    #[error("{}: expected an IDX {kind} file (magic 0x{expected:08x}), found magic 0x{found:08x}; {}", .path.display(), magic_hint(*.found))]
    Magic {
        /// The file.
        path: PathBuf,
        /// `image` or `label`.
        kind: &'static str,
        /// The expected magic number.
        expected: u32,
        /// The first four bytes of the file.
        found: u32,
    },

    /// A header with impossible dimensions.
    #[error("{}: the header claims {claim}, {reason}; the file is damaged, fetch it again", .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The dimensions as claimed.
        claim: String,
        /// Why they are refused.
        reason: String,
    },

    /// A file that is shorter than its header says.
    #[error("{}: truncated: expected {expected} bytes ({claim}), found {found}; fetch or copy the file again", .path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The dimensions as claimed.
        claim: String,
        /// Decoded bytes that the header announces, header included.
        expected: u64,
        /// Decoded bytes found.
        found: u64,
    },

    /// A file that is longer than its header says.
    #[error("{}: expected {expected} bytes ({claim}), but the file goes on after them; header and content disagree, fetch or write the file again", .path.display())]
    Trailing {
        /// The file.
        path: PathBuf,
        /// The dimensions as claimed.
        claim: String,
        /// Decoded bytes that the header announces, header included.
        expected: u64,
    },

    /// A label that is not the index of a class.
    #[error("{}: label {label} at position {index} is out of range: expected 0 to {} for {num_classes} classes; correct the labels or the class names", .path.display(), .num_classes.saturating_sub(1))]
    LabelOutOfRange {
        /// The label file.
        path: PathBuf,
        /// Position of the label in the file.
        index: usize,
        /// The label as found.
        label: usize,
        /// Number of classes.
        num_classes: usize,
    },

    /// Different numbers of images and labels.
    #[error("{} has {images} images but {} has {labels} labels; the two files must come from the same data set", .images_path.display(), .labels_path.display())]
    CountMismatch {
        /// The image file.
        images_path: PathBuf,
        /// Its number of images.
        images: usize,
        /// The label file.
        labels_path: PathBuf,
        /// Its number of labels.
        labels: usize,
    },

    /// Training and test images of different sizes.
    #[error("{}: expected images of {expected} as in the training file, found {found}; the files must come from the same data set", .path.display())]
    ShapeMismatch {
        /// The file that differs.
        path: PathBuf,
        /// Shape of the training images.
        expected: ImageShape,
        /// Shape found.
        found: ImageShape,
    },

    /// A list of class names that cannot be used.
    #[error("{}: expected one class name per line, all different and at least 2; {problem}", .path.display())]
    ClassNames {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

fn magic_hint(found: u32) -> &'static str {
    match found {
        0x0000_0801 => "this is a label file; are the two files swapped?",
        0x0000_0803 => "this is an image file; are the two files swapped?",
        _ => "check the path, or fetch the file again",
    }
}
