//! One file per subcommand: it calls what does the work, and prints what comes of it.

mod convolve;
mod data;
mod evaluate;
mod inspect;
mod models;
mod output;
mod pool;
mod predict;
mod prepare;
mod report;
mod train;
mod worked_example;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use clap::CommandFactory;

use crate::cli::{Cli, Command, DeviceArgs};
use crate::device;
use crate::run::OpenedRun;
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
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Prepare(args) => prepare::run(&args),
        Command::Inspect(command) => inspect::run(command),
        Command::Report(args) => report::run(args),
        Command::Convolve(args) => convolve::run(&args),
        Command::Pool(args) => pool::run(&args),
        Command::Models(args) => models::run(&args),
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

/// Opens the run in the folder `run` on the device asked for.
fn open_run(run: &Path, device: &DeviceArgs) -> Result<OpenedRun> {
    let backend = device::open(device.device, &Bars::default())?;
    Ok(OpenedRun::open(run, backend)?)
}
