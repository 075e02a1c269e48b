//! What is said about the data before a training.

use crate::data::check::{About, DataCheck, Level};
use crate::data::{Dataset, SkippedFile};
use crate::experiment::Experiment;
use crate::progress::Progress;
use crate::run::dataset::check_data;
use crate::run::error::RunError;
use crate::run::folder::SUMMARY;

/// Unreadable files that are named.
const NAMED: usize = 5;

/// Warns of files that were left out of the data set.
pub fn warn_of_skipped(dataset: &Dataset, progress: &dyn Progress) {
    for SkippedFile { reason, .. } in dataset.skipped.iter().take(NAMED) {
        progress.warn(&format!("skipped {reason}"));
    }
    if let Some(more @ 1..) = dataset.skipped.len().checked_sub(NAMED) {
        progress.warn(&format!(
            "skipped {more} more unreadable images, named in {SUMMARY}"
        ));
    }
}

/// Checks the data and warns of all that is unusual, with an example.
///
/// # Errors
/// Too many images are in two splits, or one cannot be read.
pub fn checked(
    experiment: &Experiment,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<DataCheck, RunError> {
    let check = check_data(experiment, dataset, progress)?;
    for finding in &check.findings {
        // Unreadable files were named before; errors end the training below.
        let is_known = matches!(finding.about, About::Unreadable { .. });
        if is_known || finding.level != Level::Warning {
            continue;
        }
        progress.warn(&finding.to_string());
        if let Some(pair) = check.pairs_of(finding).next() {
            progress.note(&format!("  {pair}"));
        }
    }
    check.refuse_leaks()?;
    Ok(check)
}
