//! Collects what a report says about one run.

use image::RgbImage;

use super::activations::activation_maps;
use super::content::{Cell, Charts, RunFacts, RunPage};
use super::error::ReportError;
use super::examples::{confident_mistakes, uncertain_hits};
use super::explained::explained;
use super::messages::Messages;
use super::pictures::{data_url, shrunk};
use super::sources::Sources;
use super::{charts, checks, confusion};
use crate::data::contact_sheet;
use crate::evaluation::Calibration;
use crate::inspection::first_kernels;
use crate::models::Summary;
use crate::run::CONFIG;
use crate::training::{StoppedBy, read_history};

/// The most classes of the sheet of training images, and images of each.
const SHEET_CLASSES: usize = 20;
const SHEET_IMAGES_PER_CLASS: usize = 8;
/// The most pixels on the longest side of the sheet and of the picture of the kernels.
const SHEET_SIDE: u32 = 1200;
const KERNELS_SIDE: u32 = 900;

/// What a page says, and the pictures that are stored beside it.
pub struct Gathered {
    pub page: RunPage,
    pub cells: Vec<Cell>,
    /// For the folder of figures, by name.
    pub pictures: Vec<(&'static str, RgbImage)>,
}

/// Collects everything that the page about one run shows.
///
/// # Errors
/// A file or an image cannot be read, or the device failed.
pub fn gather(sources: &Sources, t: &Messages) -> Result<Gathered, ReportError> {
    let (run, dataset) = (sources.run, sources.dataset);
    let facts = RunFacts::new(run)?;
    let calibration = Calibration::new(sources.test, sources.valid);
    let charts = draw_charts(sources, &facts, &calibration, t)?;
    let summary = Summary::new(&run.card.model, &run.network, run.card.input);
    let kernels = first_kernels(&run.network, false)?;
    let (explained, grad_cam) = explained(sources)?;
    let classes = &dataset.classes[..dataset.classes.len().min(SHEET_CLASSES)];
    let sheet = contact_sheet(&dataset.train, classes, SHEET_IMAGES_PER_CLASS)?;
    let path = run.folder.file(CONFIG);
    let config =
        std::fs::read_to_string(&path).map_err(|source| ReportError::Read { path, source })?;
    let page = RunPage {
        run: facts,
        evaluation: sources.evaluation.clone(),
        matrix: confusion::classes(sources),
        confused: confusion::confused(sources)?,
        mistakes: confident_mistakes(sources)?,
        doubts: uncertain_hits(sources)?,
        calibration,
        charts,
        activations: activation_maps(sources)?,
        kernels: (kernels.as_ref())
            .map(|picture| data_url(&shrunk(picture.clone(), KERNELS_SIDE), 0))
            .transpose()?,
        explained,
        multiply_adds: summary.multiply_adds,
        layers: summary.layers,
        sheet_classes: classes.len(),
        sheet: data_url(&shrunk(sheet.clone(), SHEET_SIDE), run.card.input.channels)?,
        checks: checks::lay_out(sources.check, dataset)?,
        config,
    };
    let pictures = [
        ("filters", kernels),
        ("grad-cam", grad_cam),
        ("data", Some(sheet)),
    ];
    Ok(Gathered {
        page,
        cells: confusion::cells(sources)?,
        pictures: (pictures.into_iter())
            .filter_map(|(name, picture)| Some((name, picture?)))
            .collect(),
    })
}

fn draw_charts(
    sources: &Sources,
    facts: &RunFacts,
    calibration: &Calibration,
    t: &Messages,
) -> Result<Charts, ReportError> {
    let records = read_history(sources.run.folder.path())?;
    let names = || ["chart_train", "chart_valid"].map(|key| t.get(key).to_string());
    let loss = charts::losses(&records, names(), 0);
    let accuracy = charts::accuracies(&records, names(), 0);
    let best = (facts.summary.best_epoch).map(|epoch| (epoch, "chart_best"));
    // A training that ran all its epochs was not stopped by anything.
    let stopped = (facts.summary.stopped_by != StoppedBy::Epochs)
        .then_some((facts.summary.epochs_run, "chart_stop"));
    let marks: Vec<(usize, &str)> = best.into_iter().chain(stopped).collect();
    let after = calibration.scaled.as_ref().map(|scaled| &scaled.after);
    Ok(Charts {
        loss: charts::over_epochs(&loss, t.get("chart_loss"), &marks, true, t)?,
        accuracy: charts::over_epochs(&accuracy, t.get("chart_accuracy"), &marks, true, t)?,
        calibration: charts::reliability(&calibration.before, after, t)?,
    })
}
