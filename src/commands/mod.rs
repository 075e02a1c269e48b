//! One file per subcommand: it calls what does the work, and prints what comes of it.

mod arguments;
mod completions;
mod configs;
mod convolve;
mod data;
mod evaluate;
mod inspect;
mod man;
mod models;
mod output;
mod pool;
mod predict;
mod prepare;
mod reference;
mod registry;
mod report;
mod train;
mod worked_example;

use std::io;
use std::path::Path;

use anyhow::Result;

use crate::device;
use crate::run::OpenedRun;
use crate::terminal::{Bars, warn};

use arguments::DeviceArgs;

pub use registry::{Cli, run};

/// Exit status of a command that did what it was asked.
pub const DONE: u8 = 0;
/// Exit status of a check that found what must not be.
pub const MISSED: u8 = 1;
/// Exit status of a command of whose work a part failed.
pub const FAILED: u8 = 2;

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
    let run = OpenedRun::open(run, backend)?;
    if let Some(warning) = run.card.version_warning(&run.folder) {
        warn(warning);
    }
    Ok(run)
}
