//! Parses the command line, runs the command, reports the error.
#![recursion_limit = "256"]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use convlab::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match convlab::commands::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // A closed pipe (`convlab models | head`) is the reader's wish, not a failure.
            if convlab::commands::is_broken_pipe(&error) {
                return ExitCode::SUCCESS;
            }
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}
