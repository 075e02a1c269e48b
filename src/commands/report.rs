//! `convlab report`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use image::ImageFormat;
use sha2::{Digest, Sha256};

use super::opened::Opened;
use super::{DONE, check_data, check_indices, print, replaceable, write_picture};
use crate::artifacts::EVALUATION;
use crate::cli::ReportArgs;
use crate::data::Dataset;
use crate::device;
use crate::evaluation::{Evaluation, Predictions};
use crate::inspection::InspectionError;
use crate::report::{self, Language, Report, Sources, Tested};
use crate::storage;
use crate::terminal::signals;
use crate::terminal::{Bars, tell};

/// A run's page in its folder.
const PAGE: &str = "report.html";
/// Where several runs are compared, in the folder the user is in.
const COMPARISON: &str = "comparison.html";

/// Writes a page about one run, or about several.
pub fn run(args: ReportArgs) -> Result<u8> {
    if let Some(out) = &args.out {
        page_name(out)?;
    }
    let data_dir = args.data.data_dir.as_deref();
    let open = |run: &Path| Opened::new(run, device::open(args.device.device, &Bars::default())?);
    if let [run] = args.runs.as_slice() {
        let opened = open(run)?;
        let dataset = opened.dataset(data_dir)?;
        check_indices(&dataset, &args.index)?;
        let (evaluation, test) = tested(&opened, &dataset)?;
        let about = (&evaluation, &test);
        let out = write(&opened, &dataset, about, args.lang, args.out, &args.index)?;
        print(format!("written to {}", out.display()))?;
        return Ok(DONE);
    }
    if !args.index.is_empty() {
        bail!("--index chooses images for the page about one run; several were given");
    }
    let out = args.out.unwrap_or_else(|| PathBuf::from(COMPARISON));
    page_name(&out)?;
    let mut runs = Vec::new();
    for run in &args.runs {
        let opened = open(run)?;
        let dataset = opened.dataset(data_dir)?;
        let (evaluation, predictions) = tested(&opened, &dataset)?;
        runs.push(Tested {
            evaluation,
            predictions,
            images: identities(&dataset)?,
            run: opened.run,
        });
    }
    report::write(&out, &report::several(&runs, args.lang)?)?;
    print(format!("written to {}", out.display()))?;
    Ok(DONE)
}

/// Refuses names by which a page would take the place of something else, or have no place.
fn page_name(out: &Path) -> Result<()> {
    let extension = out.extension().unwrap_or_default();
    if !extension.eq_ignore_ascii_case("html") && !extension.eq_ignore_ascii_case("htm") {
        bail!(
            "--out {}: expected a name that ends in .html",
            out.display()
        );
    }
    match out.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            bail!(
                "--out {}: there is no folder {}; make it first",
                out.display(),
                folder.display()
            )
        }
        _ => replaceable(out),
    }
}

/// What tells each test image from others: its file, or else its content.
fn identities(dataset: &Dataset) -> Result<Vec<String>> {
    let test = &dataset.test;
    let mut pixels = vec![0; test.shape().len()];
    let identities = (0..test.len()).map(|index| {
        let origin = test.origin(index);
        if Path::new(&origin).is_file() {
            return Ok(origin);
        }
        test.read_unprepared(index, &mut pixels)?;
        let label = test.label(index);
        Ok(format!("{label} {:x?}", Sha256::digest(&pixels)))
    });
    identities.collect()
}

fn tested(opened: &Opened, dataset: &Dataset) -> Result<(Evaluation, Predictions)> {
    if dataset.test.is_empty() {
        bail!(
            "{} has no test images, and a report is about those; raise data.test_fraction and train again",
            opened.run.path().display()
        );
    }
    let (evaluation, predictions) =
        opened.evaluate_all(dataset, ("test", &dataset.test), |_| true)?;
    if !predictions.are_finite() {
        return Err(InspectionError::NotFinite.into());
    }
    Ok((evaluation, predictions))
}

/// Writes the page about a run to `out`, by default in the run's folder, then `evaluation.json`, and
/// charts and larger pictures to the folder of figures; where the page is.
pub(super) fn write(
    opened: &Opened,
    dataset: &Dataset,
    (evaluation, test): (&Evaluation, &Predictions),
    language: Language,
    out: Option<PathBuf>,
    subjects: &[usize],
) -> Result<PathBuf> {
    let valid = match dataset.valid.is_empty() {
        true => None,
        false => {
            let go_on = |_| !signals::received();
            Some(opened.evaluate_all(dataset, ("valid", &dataset.valid), go_on)?)
        }
    };
    let check = check_data(&opened.experiment, dataset)?;
    let sources = Sources {
        run: &opened.run,
        card: &opened.card,
        network: &opened.network,
        dataset,
        check: &check,
        device: &opened.backend.device,
        evaluation,
        test,
        valid: valid.as_ref().map(|(_, predictions)| predictions),
        subjects,
    };
    let page = report::one(&sources, language)?;
    let out = out.unwrap_or_else(|| opened.run.file(PAGE));
    report::write(&out, &page.html)?;
    // The page is whole without these, and the run may be someone else's.
    if let Err(error) = write_beside(opened, evaluation, &page) {
        tell(format!("warning: {error:#}"));
    }
    Ok(out)
}

fn write_beside(opened: &Opened, evaluation: &Evaluation, page: &Report) -> Result<()> {
    opened.run.write_json(EVALUATION, evaluation)?;
    let figures = opened.figures()?;
    for (name, svg) in &page.charts {
        storage::write(&figures.join(format!("{name}.svg")), svg.as_bytes())?;
    }
    for (name, picture) in &page.pictures {
        let path = figures.join(format!("{name}.png"));
        write_picture(picture, &path, ImageFormat::Png, "fewer classes")?;
    }
    Ok(())
}
