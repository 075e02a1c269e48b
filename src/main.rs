//! Parses the command line, runs the command, reports the error.
#![recursion_limit = "256"]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use convlab::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    keep_burn_off_the_gpu_by_default();
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

/// Burn restores an optimizer's state on its default device first, a GPU if one is compiled in,
/// and panics where there is none; each tensor moves to its parameter's device at the next step.
#[allow(unsafe_code)]
fn keep_burn_off_the_gpu_by_default() {
    let compiled = convlab::backend::compiled();
    let cpu = ["flex", "ndarray"]
        .into_iter()
        .find(|name| compiled.contains(name));
    if let (Some(cpu), None) = (cpu, std::env::var_os("BURN_DEVICE")) {
        // SAFETY: no other thread has been started yet.
        unsafe { std::env::set_var("BURN_DEVICE", cpu) };
    }
}
