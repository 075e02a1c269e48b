//! The pages as HTML.

use image::RgbImage;
use serde_json::json;

use super::compare::{Tested, compare};
use super::error::ReportError;
use super::gather::gather;
use super::messages::{Language, Messages};
use super::render::render;
use super::sources::Sources;

/// A page about one run.
pub struct RunReport {
    pub html: String,
    /// The page's charts by name, as SVG.
    pub charts: [(&'static str, String); 3],
    /// Its larger pictures by name.
    pub pictures: Vec<(&'static str, RgbImage)>,
}

/// The page about one run.
///
/// # Errors
/// A file of the run or an image cannot be read, or the device failed.
pub fn run_page(sources: &Sources, language: Language) -> Result<RunReport, ReportError> {
    let messages = Messages::new(language)?;
    let gathered = gather(sources, &messages)?;
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
    Ok(RunReport {
        html: render("page.html", &page, &data, &messages)?,
        charts: [
            ("loss", page.charts.loss),
            ("accuracy", page.charts.accuracy),
            ("calibration", page.charts.calibration),
        ],
        pictures: gathered.pictures,
    })
}

/// The page that compares `runs`.
///
/// # Errors
/// A chart cannot be drawn.
pub fn comparison_page(runs: Vec<Tested>, language: Language) -> Result<String, ReportError> {
    let messages = Messages::new(language)?;
    let page = compare(runs, &messages)?;
    render("compare.html", &page, &json!(null), &messages)
}
