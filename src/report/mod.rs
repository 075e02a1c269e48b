//! One page about a run, or about several, that needs no network.
//!
//! [`Sources`] gathers what a page says ([`content`]), `render` fills the templates beside it,
//! [`messages`] holds the words of each language.

mod activations;
mod charts;
mod checks;
mod compare;
pub mod content;
mod gather;
pub mod messages;
mod pictures;
mod render;

use std::io;
use std::path::{Path, PathBuf};

use image::RgbImage;
use serde::Serialize;
use serde_json::json;

use crate::artifacts::{ArtifactError, RunFolder, SUMMARY};
use crate::data::DataError;
use crate::inspection::InspectionError;
use crate::storage::{self, StorageError, read_json};

pub use compare::Tested;
use content::{Example, RunFacts};
pub use gather::Sources;
pub use messages::Language;
use messages::Messages;

/// A report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error(
        "{run} has no {SUMMARY}: its training has not ended; continue it with `convlab train --resume {run}`"
    )]
    NotEnded { run: PathBuf },
    #[error("a chart cannot be drawn: {0}")]
    Chart(String),
    #[error("a picture cannot be encoded: {0}")]
    Picture(String),
    #[error("the page's template is wrong: {0}; please report this")]
    Template(String),
}

/// Test images in a cell of the confusion matrix.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// Indices of the classes.
    truth: usize,
    given: usize,
    examples: Vec<Example>,
}

/// A page about one run.
pub struct Report {
    pub html: String,
    /// The page's charts by name, as SVG.
    pub charts: [(&'static str, String); 3],
    /// Its larger pictures by name.
    pub pictures: Vec<(&'static str, RgbImage)>,
}

/// Writes the page about one run.
///
/// # Errors
/// A file of the run or an image cannot be read, or the device failed.
pub fn one(sources: &Sources, language: Language) -> Result<Report, ReportError> {
    let messages = Messages::new(language)?;
    let gathered = sources.gather(&messages)?;
    let page = gathered.page;
    let mut evaluation = json!(page.evaluation);
    if page.matrix.len() < page.run.classes
        && let Some(fields) = evaluation.as_object_mut()
    {
        fields.remove("confusion");
    }
    let data = json!({
        "evaluation": evaluation,
        "calibration": page.calibration,
        "journey": page.activations,
        "cells": gathered.cells,
    });
    Ok(Report {
        html: render::render("page.html", &page, &data, &messages)?,
        charts: [
            ("loss", page.charts.loss),
            ("accuracy", page.charts.accuracy),
            ("calibration", page.charts.calibration),
        ],
        pictures: gathered.pictures,
    })
}

/// The page that compares `runs`, as HTML.
///
/// # Errors
/// As for [`one`].
pub fn several(runs: &[Tested], language: Language) -> Result<String, ReportError> {
    let messages = Messages::new(language)?;
    let page = compare::compare(runs, &messages)?;
    render::render("compare.html", &page, &json!(null), &messages)
}

/// Writes a page, whole or not at all.
///
/// # Errors
/// [`StorageError::Write`]
pub fn write(path: &Path, html: &str) -> Result<(), ReportError> {
    Ok(storage::write(path, html.as_bytes())?)
}

/// `summary.json`, and what `model.json` adds to it.
fn facts(run: &RunFolder) -> Result<RunFacts, ReportError> {
    let path = run.file(SUMMARY);
    if !path.is_file() {
        let run = run.path().to_path_buf();
        return Err(ReportError::NotEnded { run });
    }
    let mut facts: RunFacts = read_json(&path)?;
    let card = run.model_card()?;
    // The folder may have been renamed since.
    facts.name = run.name();
    facts.input = card.input.to_string();
    facts.classes = card.classes.len();
    Ok(facts)
}

#[cfg(test)]
mod tests;
