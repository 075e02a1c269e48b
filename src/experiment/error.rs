//! Errors of a configuration as its author sees them.

use std::path::PathBuf;

use crate::text::shell_word;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file is one of the examples, which are not on the disk until they are written there.
    #[error(
        "there is no file {path}; `convlab configs --out {}` writes the built-in examples, {} among them",
        shell_word(&.folder.display().to_string()),
        .folder.join(.name).display()
    )]
    ExampleNotWritten {
        path: PathBuf,
        /// Where to write them.
        folder: PathBuf,
        /// Of the file in it.
        name: String,
    },
    #[error("{place}: {message}")]
    Syntax { place: String, message: String },
    /// `place` is `FILE:LINE`, or the override in quotes.
    #[error("{place}: {key}: {message}")]
    Value {
        place: String,
        key: String,
        message: String,
    },
    #[error("\"{0}\" is not an override; expected section.key=value, e.g. training.epochs=10")]
    Override(String),
    #[error(
        "\"{0}\" is not an override; one configuration can be given, and it comes first, e.g. {0} training.epochs=10"
    )]
    FileAmongOverrides(String),
}
