//! Errors of a configuration as its author sees them.

use std::path::PathBuf;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
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
