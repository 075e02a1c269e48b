//! What can go wrong with a worked example.

use std::path::PathBuf;

use crate::data::DataError;

/// Why an operation cannot be applied to a picture or to numbers.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    #[error(transparent)]
    Data(#[from] DataError),

    #[error(
        "{input}: there is no such file, and it is not a matrix either; expected a picture, a CSV or text file of numbers, a folder of slices, or a matrix such as \"1 2 3; 4 5 6\""
    )]
    NoInput { input: String },

    #[error("cannot read {}; check its permissions, and that it is a text file", .path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("{input}: expected rows of numbers, received none")]
    Empty { input: String },

    #[error(
        "{input}, row {row}: expected numbers, received {word:?}; fractions such as 1/9 are numbers too"
    )]
    NotANumber {
        input: String,
        row: usize,
        word: String,
    },

    #[error(
        "{input}, row {row}: expected {expected} numbers as in the first row, received {received}; all rows need the same length"
    )]
    Ragged {
        input: String,
        row: usize,
        expected: usize,
        received: usize,
    },

    #[error("{}: expected a folder with slices, at least one picture, CSV or text file, received one without", .path.display())]
    NoSlices { path: PathBuf },

    #[error("{}: all slices need the same size; expected {expected}, received {received}", .path.display())]
    SliceSize {
        path: PathBuf,
        expected: String,
        received: String,
    },

    #[error(
        "{input}: expected at most {limit} values, received {values}; make the picture smaller"
    )]
    TooLarge {
        input: String,
        values: usize,
        limit: usize,
    },

    #[error(
        "there is no kernel {name:?} for {what}{suggestion}; expected {known}, or weights such as \"0 -1 0; -1 5 -1; 0 -1 0\""
    )]
    UnknownKernel {
        name: String,
        what: &'static str,
        suggestion: String,
        known: String,
    },

    #[error("{what} of {window} cannot slide over {over}: it has more axes")]
    TooManyAxes {
        what: &'static str,
        window: String,
        over: String,
    },

    #[error("{what} of {window} does not fit {over}; choose a smaller one{hint}")]
    DoesNotFit {
        what: &'static str,
        window: String,
        over: String,
        hint: &'static str,
    },

    #[error(
        "there is no output value at {received}; expected {expected}, counted from 0: the output is {size}"
    )]
    Outside {
        received: String,
        expected: String,
        size: String,
    },

    #[error(
        "a picture of {width}x{height} pixels is too large to draw; write the numbers with --out FILE.csv"
    )]
    PictureTooLarge { width: usize, height: usize },

    #[error("the device failed: {0}")]
    Device(String),
}
