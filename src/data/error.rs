//! Everything that can be wrong with a data set, each with the file, what was expected, what was
//! found and what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::ImageShape;
use super::archive::ArchiveProblem;
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

    /// A file that is not of the expected IDX kind.
    #[error("{}: expected an IDX {kind} file (magic 0x{expected:08x}), found magic 0x{found:08x}; {}", .path.display(), magic_cure(*.found))]
    IdxMagic {
        /// The file.
        path: PathBuf,
        /// `image` or `label`.
        kind: &'static str,
        /// The magic number of that kind.
        expected: u32,
        /// The first four bytes of the file.
        found: u32,
    },

    /// IDX dimensions that no image data set has.
    #[error("{}: the header claims {claim}, {reason}; the file is damaged, fetch it again", .path.display())]
    IdxHeader {
        /// The file.
        path: PathBuf,
        /// The dimensions as claimed.
        claim: String,
        /// Why they are refused.
        reason: String,
    },

    /// A file that ends before its header says.
    #[error("{}: truncated: expected {expected} bytes ({claim}), found {found}; fetch or copy the file again", .path.display())]
    IdxTruncated {
        /// The file.
        path: PathBuf,
        /// The dimensions as claimed.
        claim: String,
        /// Decoded bytes that the header announces, header included.
        expected: u64,
        /// Decoded bytes that are there.
        found: u64,
    },

    /// A file that goes on after its header says it ends.
    #[error("{}: expected {expected} bytes ({claim}), but the file goes on after them; header and content disagree, fetch or write the file again", .path.display())]
    IdxTrailing {
        /// The file.
        path: PathBuf,
        /// The dimensions as claimed.
        claim: String,
        /// Decoded bytes that the header announces, header included.
        expected: u64,
    },

    /// A label that names no class.
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

    /// An image file and a label file that do not belong together.
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

    /// More classes than labels can number.
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

    /// A class folder of which no image can be decoded.
    #[error("{}: none of the {count} images of class `{class}` can be decoded (first: {first}); replace them or remove the folder", .path.display())]
    UnreadableClass {
        /// The class folder.
        path: PathBuf,
        /// The class.
        class: String,
        /// Number of files.
        count: usize,
        /// Why the first one cannot be decoded.
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
        /// The split folders that are there.
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

    /// A name that cannot be written to reports and checkpoints.
    #[error("{}: the name is not UTF-8; rename it", .path.display())]
    NotUtf8 {
        /// The file or folder.
        path: PathBuf,
    },

    /// Too many files of a folder that cannot be decoded.
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
        /// The share that is allowed, 0 to 1.
        max_bad_fraction: f64,
        /// The first few, with reasons.
        first: String,
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

    /// A file that no address delivered whole and unaltered.
    #[error(
        "{file} could not be downloaded:\n{}\ncheck the network and try again, or put these files in {}: {}",
        .failures.iter().map(|failure| format!("  {failure}")).collect::<Vec<_>>().join("\n"),
        .folder.display(), list(.missing)
    )]
    Download {
        /// Name of the file.
        file: String,
        /// Where it belongs.
        folder: PathBuf,
        /// One `address: reason` per address tried.
        failures: Vec<String>,
        /// All files of the data set that are still missing.
        missing: Vec<String>,
    },

    /// Another process is writing the same file.
    #[error("{} is being written by another download; wait for it to end, then try again", .path.display())]
    DownloadBusy {
        /// The `.part` file.
        path: PathBuf,
    },

    /// An archive that is not what was published, and of which nothing was kept.
    #[error("{}: {problem}; remove the archive and fetch it again with `convlab data fetch`", .path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What was expected and what was found.
        problem: ArchiveProblem,
    },

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

fn magic_cure(found: u32) -> &'static str {
    match found {
        0x0000_0801 => "this is a label file; are the two files swapped?",
        0x0000_0803 => "this is an image file; are the two files swapped?",
        _ => "check the path, or fetch the file again",
    }
}
