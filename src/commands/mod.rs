//! One file per subcommand.

mod data;
mod evaluate;
mod models;
mod predict;
mod summary;
mod train;

use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;

use crate::cli::{Cli, Command};

/// Exit status of a command that did what it was asked.
pub const DONE: u8 = 0;
/// Exit status of a command of whose work a part failed.
pub const FAILED: u8 = 2;
/// Exit status of a training ended by a signal.
pub const INTERRUPTED: u8 = 130;

/// Carries out the command and gives its exit status.
///
/// # Errors
/// What kept the command from its work.
pub fn run(cli: Cli) -> Result<u8> {
    match cli.command {
        Command::Train(args) => train::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Predict(args) => predict::run(args),
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

/// Prints a line on stdout; unlike `println!`, a closed pipe is an error and no panic.
fn print(text: impl std::fmt::Display) -> Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}
