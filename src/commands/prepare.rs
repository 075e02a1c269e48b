//! `convlab prepare`

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use super::output::print;
use super::{DONE, FAILED};
use crate::experiment;
use crate::picture_files::FolderPreparation;
use crate::preparation::Pipeline;
use crate::terminal::signals::{self, INTERRUPTED};
use crate::terminal::{Bars, tell};
use crate::text::grouped;

#[derive(Debug, Args)]
pub struct PrepareArgs {
    /// Pictures, folders of pictures, - to read paths from standard input; and section.key=value
    /// overrides, e.g. preprocess.steps='["equalize"]'
    #[arg(value_name = "IMAGE | KEY=VALUE", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Configuration file with a section [preprocess], e.g. the config.toml of a run
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder to write PNG files to, under the names of the inputs
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write the picture after every step, side by side, in place of the result
    #[arg(long)]
    pub strip: bool,
}

/// Prepares pictures; bad ones are reported at the end, and the rest is still done.
pub fn run(args: &PrepareArgs) -> Result<u8> {
    let (overrides, inputs): (Vec<_>, Vec<_>) =
        (args.inputs.iter().cloned()).partition(|input: &PathBuf| is_override(input));
    let overrides: Vec<String> = (overrides.iter())
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let pipeline = pipeline(args.config.as_deref(), &overrides)?;
    if inputs.is_empty() {
        bail!("there are no pictures; expected files or folders, e.g. photos/");
    }
    signals::install();
    let stdin = io::stdin().lock();
    let preparation = FolderPreparation::new(&inputs, stdin, &args.out, &pipeline, args.strip)?;
    let _deferred = signals::defer();
    let prepared = preparation.run(&Bars::cancelled_by(signals::received))?;
    let bad = prepared.failures.len();
    for reason in &prepared.failures {
        tell(format!("error: {reason}"));
    }
    print(format!(
        "{} written to {}, {} there already, {} failed",
        grouped(prepared.written),
        args.out.display(),
        grouped(prepared.there_already),
        grouped(bad)
    ))?;
    if prepared.is_interrupted {
        tell("interrupted; the same command goes on where it stopped");
        return Ok(INTERRUPTED);
    }
    if bad > 0 && prepared.written + prepared.there_already == 0 {
        return Ok(FAILED);
    }
    if bad > 0 {
        tell(format!(
            "warning: {bad} inputs could not be prepared, see above"
        ));
    }
    Ok(DONE)
}

/// Whether an argument is `section.key=value`, and no file that is called so.
fn is_override(argument: &Path) -> bool {
    let key = argument.to_str().and_then(|text| text.split_once('='));
    let is_key = |key: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        key.contains('.') && !key.starts_with('.') && key.chars().all(plain)
    };
    key.is_some_and(|(key, _)| is_key(key.trim())) && !argument.exists()
}

fn pipeline(config: Option<&Path>, overrides: &[String]) -> Result<Pipeline> {
    let experiment = experiment::load(config, overrides)?;
    let pipeline = Pipeline::new(experiment.preprocess.steps)?;
    if pipeline.is_empty() {
        bail!(
            "there are no steps that change a picture; give --config with a section [preprocess], or e.g. preprocess.steps='[\"equalize\"]'"
        );
    }
    Ok(pipeline)
}
