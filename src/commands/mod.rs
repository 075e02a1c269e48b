//! One file per subcommand.

mod by_hand;
mod data;
mod evaluate;
mod inputs;
mod inspect;
mod models;
mod opened;
mod predict;
mod prepare;
mod report;
mod summary;
mod train;

use std::io::{self, Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use image::{ImageFormat, RgbImage};

use crate::artifacts::RunFolder;
use crate::cli::{Cli, Command};
use crate::data::check::{DataCheck, check};
use crate::data::{DataError, Dataset};
use crate::experiment::Experiment;
use crate::storage;
use crate::terminal::Bars;

/// Exit status of a command that did what it was asked.
pub const DONE: u8 = 0;
/// Exit status of a check that found what must not be.
pub const MISSED: u8 = 1;
/// Exit status of a command of whose work a part failed.
pub const FAILED: u8 = 2;

/// Carries out the command and gives its exit status.
///
/// # Errors
/// What kept the command from its work.
pub fn run(cli: Cli) -> Result<u8> {
    match cli.command {
        Command::Train(args) => train::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Predict(args) => predict::run(args),
        Command::Prepare(args) => prepare::run(args),
        Command::Inspect(command) => inspect::run(command),
        Command::Report(args) => report::run(args),
        Command::Convolve(args) => by_hand::convolve(args),
        Command::Pool(args) => by_hand::pool(args),
        Command::Models(args) => models::run(args),
        Command::Data(args) => data::run(args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "convlab", &mut script);
            io::stdout().write_all(&script)?;
            Ok(DONE)
        }
    }
}

/// Whether the reader of stdout has gone away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    (error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>()))
    .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What [`data::check`](crate::data::check) finds in the data set of `experiment`.
fn check_data(experiment: &Experiment, dataset: &Dataset) -> Result<DataCheck, DataError> {
    let balanced = experiment.training.class_weights.is_some();
    check(
        dataset,
        experiment.data.max_leak_fraction,
        balanced,
        &Bars::default(),
    )
}

/// A run goes on, and is measured, with the images it was started with, or not at all: with other
/// images the splits would be others too.
fn check_same_data(run: &RunFolder, dataset: &Dataset) -> Result<()> {
    let card = run.model_card()?;
    let started = (&card.input, &card.classes, &card.fingerprint);
    if started != (&dataset.shape, &dataset.classes, &dataset.fingerprint) {
        bail!(
            "the data of {} has changed since {} was trained: it had images {}, classes {}, SHA-256 {}; now images {}, classes {}, SHA-256 {}. Put the images back as they were, or start a new run",
            dataset.name,
            run.path().display(),
            card.input,
            card.classes.join(", "),
            card.fingerprint,
            dataset.shape,
            dataset.classes.join(", "),
            dataset.fingerprint
        );
    }
    Ok(())
}

/// Refuses numbers of test images that are not there.
fn check_indices(dataset: &Dataset, indices: &[usize]) -> Result<()> {
    let test = &dataset.test;
    if let Some(index) = indices.iter().find(|&&index| index >= test.len()) {
        bail!(
            "--index {index}: expected 0 to {}, the data set has {} test images",
            test.len().saturating_sub(1),
            test.len()
        );
    }
    Ok(())
}

/// Prints a line on stdout; unlike `println!`, a closed pipe is an error and no panic.
fn print(text: impl std::fmt::Display) -> Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// The format a picture is written in, by the extension of its name; refuses what must not be
/// replaced.
fn picture_format(out: &Path) -> Result<ImageFormat> {
    let extension = out.extension().unwrap_or_default().to_ascii_lowercase();
    let format = match extension.to_str() {
        Some("png") => ImageFormat::Png,
        Some("jpg" | "jpeg") => ImageFormat::Jpeg,
        Some("bmp") => ImageFormat::Bmp,
        Some("webp") => ImageFormat::WebP,
        _ => bail!(
            "--out {}: expected a name that ends in .png, .jpg, .jpeg, .bmp or .webp",
            out.display()
        ),
    };
    replaceable(out)?;
    Ok(format)
}

/// Refuses to replace anything but a file.
fn replaceable(out: &Path) -> Result<()> {
    // Not followed, because it is a link itself that would be replaced.
    match out.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => bail!(
            "--out {} exists and is a folder, a link or a device, which is never replaced; \
             choose another name",
            out.display()
        ),
        _ => Ok(()),
    }
}

/// Writes a picture; `smaller` is how the user can ask for a smaller one.
fn write_picture(picture: &RgbImage, out: &Path, format: ImageFormat, smaller: &str) -> Result<()> {
    let mut encoded = Cursor::new(Vec::new());
    picture.write_to(&mut encoded, format).with_context(|| {
        let (width, height) = picture.dimensions();
        format!(
            "{}: a picture of {width}x{height} pixels cannot be written in this format; \
             choose a name that ends in .png, or {smaller}",
            out.display()
        )
    })?;
    Ok(storage::write(out, &encoded.into_inner())?)
}
