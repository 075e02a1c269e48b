//! Checks of single values.

use std::ops::RangeInclusive;

/// A value of `[augment]` that is out of range or has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("augment.{key}: {message}")]
pub struct AugmentError {
    /// The key within `[augment]`, e.g. `erasing.area`.
    pub key: String,
    /// What was expected, what was received, and what to do.
    pub message: String,
}

impl AugmentError {
    pub fn new(key: &str, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
        }
    }
}

/// Refuses a number outside `range`.
pub fn within(key: &str, value: f64, range: RangeInclusive<f64>) -> Result<(), AugmentError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    let message = format!("expected a number from {least} to {most}, received {value}");
    Err(AugmentError::new(key, message))
}

/// Refuses a whole number outside `range`.
pub fn whole(key: &str, value: usize, range: RangeInclusive<usize>) -> Result<(), AugmentError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    let message = format!("expected a whole number from {least} to {most}, received {value}");
    Err(AugmentError::new(key, message))
}
