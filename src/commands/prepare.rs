//! `convlab prepare`

mod manifest;
mod plan;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use image::{DynamicImage, ImageFormat};
use rayon::prelude::*;

use manifest::{Manifest, Source};
use plan::{Job, Plan};

use super::{DONE, FAILED, print};
use crate::cli::PrepareArgs;
use crate::data::decoding::decode_image;
use crate::experiment;
use crate::preparation::{Picture, Pipeline, strip};
use crate::storage;
use crate::sync;
use crate::terminal::signals::{self, INTERRUPTED};
use crate::terminal::{progress_bar, tell};
use crate::text::{catch_panic, grouped};

/// Prepares pictures; bad ones are reported at the end, and the rest is still done.
pub fn run(args: PrepareArgs) -> Result<u8> {
    let (overrides, inputs): (Vec<_>, Vec<_>) =
        (args.inputs.iter()).partition(|input| is_override(input));
    let overrides: Vec<String> = (overrides.iter())
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let pipeline = pipeline(args.config.as_deref(), &overrides)?;
    let inputs: Vec<PathBuf> = inputs.into_iter().cloned().collect();
    if inputs.is_empty() {
        bail!("there are no pictures; expected files or folders, e.g. photos/");
    }
    let plan = Plan::new(&inputs, &args.out)?;
    let kind = if args.strip { "strip" } else { "result" };
    let steps = format!("{kind} {}", pipeline.fingerprint());
    let manifest = Manifest::open(&args.out, &steps, &plan.jobs)?;
    signals::install();
    let _deferred = signals::defer();
    let work = Work {
        pipeline: &pipeline,
        strip: args.strip,
        out: &args.out,
        manifest: &manifest,
    };
    report(work.all(&plan)?, &plan, &args.out)
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

/// What all pictures have in common.
struct Work<'a> {
    pipeline: &'a Pipeline,
    strip: bool,
    out: &'a Path,
    manifest: &'a Manifest,
}

/// What became of all pictures.
#[derive(Default)]
struct Outcome {
    written: AtomicUsize,
    there_already: AtomicUsize,
    /// Position of the picture, and what is wrong with it.
    failed: Mutex<Vec<(usize, String)>>,
}

impl Work<'_> {
    /// Each thread holds one picture at a time.
    fn all(&self, plan: &Plan) -> Result<Outcome> {
        let bar = progress_bar("{pos}/{len} pictures {bar:30} {per_sec} {eta} left");
        bar.set_length(plan.jobs.len() as u64);
        let outcome = Outcome::default();
        let jobs = plan.jobs.par_iter().enumerate();
        jobs.with_max_len(1).try_for_each(|(number, job)| {
            if signals::received() {
                return Ok(());
            }
            self.one(number, job, &outcome)?;
            bar.inc(1);
            Ok::<_, anyhow::Error>(())
        })?;
        bar.finish_and_clear();
        Ok(outcome)
    }

    /// # Errors
    /// The result cannot be written, which the next picture's could not be either.
    fn one(&self, number: usize, job: &Job, outcome: &Outcome) -> Result<()> {
        let source = Source::of(&job.input);
        let output = self.out.join(&job.output);
        if self.manifest.is_done(&job.output, source.as_ref()) && output.is_file() {
            outcome.there_already.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        match catch_panic(|| self.encoded(&job.input)).unwrap_or_else(Err) {
            Ok(png) => {
                if let Some(folder) = output.parent() {
                    fs::create_dir_all(folder)
                        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
                }
                storage::write(&output, &png)?;
                self.manifest.add(&job.output, source)?;
                outcome.written.fetch_add(1, Ordering::Relaxed);
            }
            Err(reason) => {
                sync::lock(&outcome.failed).push((number, reason));
            }
        }
        Ok(())
    }

    /// The picture after all steps, or all stages, as PNG.
    fn encoded(&self, input: &Path) -> Result<Vec<u8>, String> {
        let image = decode_image(input).map_err(|error| error.full_message())?;
        let picture = Picture::from(image);
        let result: DynamicImage = match self.strip {
            true => strip(self.pipeline, picture).into(),
            false => self.pipeline.run(picture).into(),
        };
        let mut png = Cursor::new(Vec::new());
        (result.write_to(&mut png, ImageFormat::Png))
            .map_err(|error| format!("{}: cannot be written as PNG: {error}", input.display()))?;
        Ok(png.into_inner())
    }
}

fn report(outcome: Outcome, plan: &Plan, out: &Path) -> Result<u8> {
    let mut failed = sync::into_inner(outcome.failed);
    failed.sort();
    let reasons = plan
        .bad
        .iter()
        .chain(failed.iter().map(|(_, reason)| reason));
    let mut bad = 0;
    for reason in reasons {
        tell(format!("error: {reason}"));
        bad += 1;
    }
    let (written, there_already) = (
        outcome.written.into_inner(),
        outcome.there_already.into_inner(),
    );
    print(format!(
        "{} written to {}, {} there already, {} failed",
        grouped(written),
        out.display(),
        grouped(there_already),
        grouped(bad)
    ))?;
    if written + there_already + failed.len() < plan.jobs.len() {
        tell("interrupted; the same command goes on where it stopped");
        return Ok(INTERRUPTED);
    }
    if bad > 0 && written + there_already == 0 {
        return Ok(FAILED);
    }
    if bad > 0 {
        tell(format!(
            "warning: {bad} inputs could not be prepared, see above"
        ));
    }
    Ok(DONE)
}
