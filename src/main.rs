//! Parses the command line, runs the command, reports the error.
#![recursion_limit = "256"]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use convlab::commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    keep_burn_off_the_gpu_by_default();
    keep_freed_memory();
    // The main thread computes as well, instead of sleeping while others do. Fails where a pool
    // exists already, which then serves.
    let _ = rayon::ThreadPoolBuilder::new()
        .use_current_thread()
        .build_global();
    match convlab::commands::run(&cli) {
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
    let compiled = convlab::device::compiled();
    let cpu = ["flex", "ndarray"]
        .into_iter()
        .find(|name| compiled.contains(name));
    if let (Some(cpu), None) = (cpu, std::env::var_os("BURN_DEVICE")) {
        // SAFETY: no other thread has been started yet.
        unsafe { std::env::set_var("BURN_DEVICE", cpu) };
    }
}

/// A training step frees tensors of a few megabytes and asks for the same again in the next. By
/// default the allocator hands such memory back to the system, and every step pays for fresh,
/// cleared pages.
#[allow(unsafe_code)]
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the calls only set thresholds of the allocator, and no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 28);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 1 << 28);
    }
}
