//! What an operation has to provide.

use super::pictures::Pictures;
use super::setting::SettingError;

/// An operation on pictures. The type that implements it holds the settings; serde reads and writes
/// them.
///
/// Where all settings have defaults that pass [`check`](Self::check), a configuration may give the
/// operation's name alone.
pub trait Transform {
    /// Settings as a configuration has them, e.g. `{ tiles = 4 }`: shown in messages and run by tests.
    fn example() -> &'static str
    where
        Self: Sized;

    /// # Errors
    /// The first setting that is out of range or has no effect.
    fn check(&self) -> Result<(), SettingError> {
        Ok(())
    }

    /// Settings that name a picture, with that name: `("mask", "dark")` for `mask = "dark"`.
    fn references(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    /// Whether no other step may follow.
    fn is_last(&self) -> bool {
        false
    }

    /// Changes the picture worked on. The settings passed their check, and the names that they refer
    /// to are known.
    fn apply(&self, pictures: &mut Pictures);
}
