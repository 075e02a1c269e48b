//! Checks of single settings, which every operation's `check` is made of.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// A setting that is out of range or has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// Empty where the operation as a whole is wrong.
    pub setting: &'static str,
    /// What was expected, what was received, and what to do.
    pub message: String,
}

impl SettingError {
    pub fn new(setting: &'static str, message: impl Into<String>) -> Self {
        Self {
            setting,
            message: message.into(),
        }
    }
}

/// Standard deviations of a Gaussian, in pixels.
pub const SIGMA: RangeInclusive<f64> = 0.1..=50.0;

/// Refuses a value outside `range`.
pub fn within<T: PartialOrd + Display>(
    setting: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), SettingError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    let message = format!("expected {least} to {most}, received {value}");
    Err(SettingError::new(setting, message))
}

/// Refuses a side that has no middle pixel, or is not from 3 to `most` pixels long.
pub fn odd(setting: &'static str, value: u32, most: u32) -> Result<(), SettingError> {
    if (3..=most).contains(&value) && value % 2 == 1 {
        return Ok(());
    }
    let message = format!("expected an odd number from 3 to {most}, received {value}");
    Err(SettingError::new(setting, message))
}

/// Refuses a setting that was `given` although only `user` looks at it.
pub fn without_effect(setting: &'static str, given: bool, user: &str) -> Result<(), SettingError> {
    if !given {
        return Ok(());
    }
    let message = format!("only {user} uses it; remove it");
    Err(SettingError::new(setting, message))
}
