//! `convlab report`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use image::ImageFormat;

use super::opened::Opened;
use super::{DONE, print, replaceable, write_picture};
use crate::artifacts::{self, EVALUATION};
use crate::backend;
use crate::cli::ReportArgs;
use crate::data::Dataset;
use crate::evaluation::{BATCH, Evaluation, Predictions};
use crate::report::{self, Language, Sources, Tested};

/// A run's page in its folder.
const PAGE: &str = "report.html";
/// Where several runs are compared, in the folder the user is in.
const COMPARISON: &str = "comparison.html";

/// Writes a page about one run, or about several.
pub fn run(args: ReportArgs) -> Result<u8> {
    if let Some(out) = &args.out {
        replaceable(out)?;
    }
    let data_dir = args.data.data_dir.as_deref();
    let open = |run: &Path| Opened::new(run, backend::open(args.device.device)?);
    if let [run] = args.runs.as_slice() {
        let opened = open(run)?;
        let dataset = opened.dataset(data_dir)?;
        let (evaluation, test) = tested(&opened, &dataset)?;
        opened.run.write_json(EVALUATION, &evaluation)?;
        let out = write(&opened, &dataset, (&evaluation, &test), args.lang, args.out)?;
        print(format!("written to {}", out.display()))?;
        return Ok(DONE);
    }
    let mut runs = Vec::new();
    for run in &args.runs {
        let opened = open(run)?;
        let dataset = opened.dataset(data_dir)?;
        let (evaluation, predictions) = tested(&opened, &dataset)?;
        let images = 0..dataset.test.len();
        runs.push(Tested {
            evaluation,
            predictions,
            images: images.map(|index| dataset.test.origin(index)).collect(),
            run: opened.run,
        });
    }
    let out = args.out.unwrap_or_else(|| PathBuf::from(COMPARISON));
    replaceable(&out)?;
    report::write(&out, &report::several(&runs, args.lang)?)?;
    print(format!("written to {}", out.display()))?;
    Ok(DONE)
}

fn tested(opened: &Opened, dataset: &Dataset) -> Result<(Evaluation, Predictions)> {
    if dataset.test.is_empty() {
        bail!(
            "{} has no test images, and a report is about those; raise data.test_fraction and train again",
            opened.run.path().display()
        );
    }
    Ok(opened.evaluate(dataset, ("test", &dataset.test), BATCH, |_| true)?)
}

/// Writes the page about a run to `out`, by default in the run's folder, and its charts and larger
/// pictures to the folder of figures; where the page is.
pub(super) fn write(
    opened: &Opened,
    dataset: &Dataset,
    (evaluation, test): (&Evaluation, &Predictions),
    language: Language,
    out: Option<PathBuf>,
) -> Result<PathBuf> {
    let valid = match dataset.valid.is_empty() {
        true => None,
        false => Some(
            opened
                .evaluate(dataset, ("valid", &dataset.valid), BATCH, |_| true)?
                .1,
        ),
    };
    let sources = Sources {
        run: &opened.run,
        card: &opened.card,
        network: &opened.network,
        dataset,
        device: &opened.backend.device,
        evaluation,
        test,
        valid: valid.as_ref(),
    };
    let page = report::one(&sources, language)?;
    let figures = opened.figures()?;
    for (name, svg) in page.charts {
        artifacts::write(&figures.join(format!("{name}.svg")), svg.as_bytes())?;
    }
    for (name, picture) in &page.pictures {
        let path = figures.join(format!("{name}.png"));
        write_picture(picture, &path, ImageFormat::Png, "fewer classes")?;
    }
    let out = out.unwrap_or_else(|| opened.run.file(PAGE));
    report::write(&out, &page.html)?;
    Ok(out)
}
