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
mod write;

use std::io;
use std::path::PathBuf;

use image::RgbImage;
use serde::Serialize;
use serde_json::json;

use crate::data::DataError;
use crate::inspection::InspectionError;
use crate::run::RunError;
use crate::storage::StorageError;

pub use compare::Tested;
use content::Example;
pub use gather::Sources;
pub use messages::Language;
use messages::Messages;
pub use write::{WrittenPage, write_comparison, write_page};

/// A report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
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
struct Report {
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
fn one(sources: &Sources, language: Language) -> Result<Report, ReportError> {
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
/// A chart cannot be drawn.
fn several(runs: Vec<Tested>, language: Language) -> Result<String, ReportError> {
    let messages = Messages::new(language)?;
    let page = compare::compare(runs, &messages)?;
    render::render("compare.html", &page, &json!(null), &messages)
}

#[cfg(test)]
mod tests;
