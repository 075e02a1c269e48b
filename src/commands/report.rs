//! `convlab report`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use super::arguments::{DataDirArgs, DeviceArgs};
use super::output::{check_folder_of, check_replaceable, print};
use super::{DONE, open_run};
use crate::progress::Progress;
use crate::report::{Language, Sources, Tested, write_comparison, write_page};
use crate::run::{check_data, check_indices};
use crate::terminal::{Bars, warn};

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folders of the runs
    #[arg(value_name = "RUN", required = true, num_args = 1..)]
    pub runs: Vec<PathBuf>,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Test images whose activations are shown, counted from 0 [default: the first three of the first one's class]
    #[arg(long, value_name = "N,N,...", value_delimiter = ',')]
    pub index: Vec<usize>,
    /// Page to write [default: RUN/report.html, or comparison.html for several runs]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

/// Where several runs are compared, in the folder the user is in.
const COMPARISON: &str = "comparison.html";

/// Writes a page about one run, or about several.
pub fn run(args: &ReportArgs) -> Result<u8> {
    if let Some(out) = &args.out {
        check_page_name(out)?;
    }
    let out = match args.runs.as_slice() {
        [run] => one(run, args)?,
        _ => several(args)?,
    };
    print(format!("written to {}", out.display()))?;
    Ok(DONE)
}

fn one(run: &Path, args: &ReportArgs) -> Result<PathBuf> {
    let bars: &dyn Progress = &Bars::default();
    let run = open_run(run, &args.device)?;
    let dataset = run.dataset(args.data.data_dir.as_deref(), bars)?;
    check_indices(&dataset, &args.index)?;
    let (evaluation, test) = run.test(&dataset, &())?;
    let valid = run.validate(&dataset, &())?;
    let sources = Sources {
        run: &run,
        dataset: &dataset,
        check: &check_data(&run.experiment, &dataset, bars)?,
        evaluation: &evaluation,
        test: &test,
        valid: valid.as_ref(),
        activation_images: &args.index,
    };
    let page = write_page(&sources, args.lang, args.out.clone())?;
    if let Some(problem) = page.problem {
        warn(format!("{:#}", anyhow::Error::from(problem)));
    }
    Ok(page.path)
}

fn several(args: &ReportArgs) -> Result<PathBuf> {
    if !args.index.is_empty() {
        bail!("--index chooses images for the page about one run; several were given");
    }
    let out = args.out.clone().unwrap_or_else(|| COMPARISON.into());
    check_page_name(&out)?;
    let mut runs = Vec::new();
    for run in &args.runs {
        let run = open_run(run, &args.device)?;
        let dataset = run.dataset(args.data.data_dir.as_deref(), &Bars::default())?;
        let tested = run.test(&dataset, &())?;
        runs.push(Tested::new(&run, &dataset, tested)?);
    }
    write_comparison(runs, args.lang, &out)?;
    Ok(out)
}

/// Refuses names by which a page would take the place of something else, or have no place.
fn check_page_name(out: &Path) -> Result<()> {
    let extension = out.extension().unwrap_or_default();
    if !extension.eq_ignore_ascii_case("html") && !extension.eq_ignore_ascii_case("htm") {
        bail!(
            "--out {}: expected a name that ends in .html",
            out.display()
        );
    }
    check_folder_of(out)?;
    check_replaceable(out)
}
