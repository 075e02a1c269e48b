//! Pages and pictures as files.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use super::compare::Tested;
use super::error::ReportError;
use super::html::{RunReport, comparison_page, run_page};
use super::messages::Language;
use super::sources::Sources;
use crate::evaluation::Evaluation;
use crate::run::{EVALUATION, RunFolder};
use crate::storage;

/// A run's page in its folder.
const PAGE: &str = "report.html";

/// A page that was written.
pub struct WrittenPage {
    pub path: PathBuf,
    /// Why the files beside it could not all be written; the page does not need them.
    pub problem: Option<ReportError>,
}

/// Writes the page about a run to `out`, by default to the run's folder; then, in the run's folder,
/// `evaluation.json`, and the charts and larger pictures in the folder of figures.
///
/// # Errors
/// A file of the run or an image cannot be read, the device failed, or the page cannot be written.
pub fn write_page(
    sources: &Sources,
    language: Language,
    out: Option<PathBuf>,
) -> Result<WrittenPage, ReportError> {
    let page = run_page(sources, language)?;
    let folder = &sources.run.folder;
    let path = out.unwrap_or_else(|| folder.file(PAGE));
    storage::write(&path, page.html.as_bytes())?;
    // The run may belong to someone else, and its folder may be read-only.
    let problem = write_beside(folder, sources.evaluation, &page).err();
    Ok(WrittenPage { path, problem })
}

fn write_beside(
    folder: &RunFolder,
    evaluation: &Evaluation,
    page: &RunReport,
) -> Result<(), ReportError> {
    folder.write_json(EVALUATION, evaluation)?;
    let figures = folder.figures()?;
    for (name, svg) in &page.charts {
        storage::write(&figures.join(format!("{name}.svg")), svg.as_bytes())?;
    }
    for (name, picture) in &page.pictures {
        let mut png = Cursor::new(Vec::new());
        (picture.write_to(&mut png, ImageFormat::Png))
            .map_err(|error| ReportError::Picture(error.to_string()))?;
        storage::write(&figures.join(format!("{name}.png")), &png.into_inner())?;
    }
    Ok(())
}

/// Writes the page that compares `runs` to `out`.
///
/// # Errors
/// A chart cannot be drawn, or the page cannot be written.
pub fn write_comparison(
    runs: Vec<Tested>,
    language: Language,
    out: &Path,
) -> Result<(), ReportError> {
    let page = comparison_page(runs, language)?;
    Ok(storage::write(out, page.as_bytes())?)
}
