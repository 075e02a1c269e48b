//! Runs that a newer version of this program made: they may say what this one does not understand.

use semver::Version;
use serde::Deserialize;

use super::card::ModelCard;
use super::error::RunError;
use super::folder::{MODEL, RunFolder};
use crate::experiment::ConfigError;
use crate::storage::{StorageError, read_json};
use crate::training::TrainError;

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the model card of every version has.
#[derive(Deserialize)]
struct MadeBy {
    convlab: String,
}

impl ModelCard {
    /// The version that made the run, if it is newer than this program.
    pub fn newer_version(&self) -> Option<&str> {
        Some(self.convlab.as_str()).filter(|version| is_newer(version))
    }

    /// What a user should know who opens the run of a newer version with this one.
    pub fn version_warning(&self, folder: &RunFolder) -> Option<String> {
        let made_by = self.newer_version()?;
        Some(format!(
            "{} was made by convlab {made_by}, and this is convlab {VERSION}: the same settings may give other figures",
            folder.path().display()
        ))
    }
}

fn is_newer(version: &str) -> bool {
    let versions = Version::parse(version).and_then(|other| Ok((other, Version::parse(VERSION)?)));
    versions.is_ok_and(|(other, this)| other > this)
}

/// `result` of reading the run in `folder`. Where its content is not understood and a newer version
/// made the run, the error says so.
///
/// # Errors
/// That of `result`, or [`RunError::Newer`].
pub fn read_run<T>(folder: &RunFolder, result: Result<T, RunError>) -> Result<T, RunError> {
    result.map_err(|error| {
        // The card itself may be what is not understood.
        let card: Result<MadeBy, _> = read_json(&folder.file(MODEL));
        match card {
            Ok(MadeBy { convlab }) if is_newer(&convlab) && is_about_content(&error) => {
                RunError::Newer {
                    path: folder.path().to_path_buf(),
                    made_by: convlab,
                    source: Box::new(not_damaged(error)),
                }
            }
            _ => error,
        }
    })
}

/// Whether a file of the run can be read, but not be used.
fn is_about_content(error: &RunError) -> bool {
    match error {
        RunError::Storage(error) => is_damage(error),
        RunError::Config(error) => !matches!(error, ConfigError::Read { .. }),
        RunError::Train(error) => match error {
            TrainError::Storage(error) => is_damage(error),
            TrainError::Build(_) | TrainError::Weights(_) | TrainError::Checkpoint(_) => true,
            _ => false,
        },
        RunError::Build(_)
        | RunError::Weights(_)
        | RunError::Preparation(_)
        | RunError::DataChanged { .. } => true,
        _ => false,
    }
}

fn is_damage(error: &StorageError) -> bool {
    matches!(error, StorageError::Damaged { .. })
}

/// The same without the advice to repair a file that is probably whole.
fn not_damaged(error: RunError) -> RunError {
    match error {
        RunError::Storage(StorageError::Damaged { path, reason })
        | RunError::Train(TrainError::Storage(StorageError::Damaged { path, reason })) => {
            StorageError::NotUnderstood { path, reason }.into()
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let Version { major, minor, .. } = Version::parse(VERSION).unwrap();
        assert!(!is_newer(VERSION));
        assert!(is_newer(&format!("{major}.{}.0", minor + 1)));
        assert!(is_newer(&format!("{major}.{}.0", minor + 10)));
        assert!(is_newer(&format!("{}.0.0-rc.1", major + 1)));
        assert!(!is_newer(&format!("{VERSION}-rc.1")));
        for unknown in ["0.0.9", "", "newest"] {
            assert!(!is_newer(unknown), "{unknown}");
        }
    }
}
