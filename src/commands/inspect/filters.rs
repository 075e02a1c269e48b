//! `convlab inspect filters`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::commands::arguments::{DataDirArgs, DeviceArgs};
use crate::commands::output::{print, write_figure};
use crate::commands::{DONE, open_run};
use crate::inspection::first_kernels;
use crate::terminal::Bars;

#[derive(Debug, Args)]
pub struct FiltersArgs {
    /// Folder of the run
    pub run: PathBuf,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

/// Draws the first kernels, and for later filters the test images that activate them most.
pub fn run(args: &FiltersArgs) -> Result<u8> {
    let run = open_run(&args.run, &args.device)?;
    let Some(kernels) = first_kernels(&run.network, true)? else {
        print("this network has no convolution, so it has no filters to draw")?;
        return Ok(DONE);
    };
    write_figure(&run.folder, "filters", &kernels)?;
    let dataset = run.dataset(args.data.data_dir.as_deref(), &Bars::default())?;
    for top in run.top_activations(&dataset)? {
        let picture = top.picture(&dataset.test)?;
        write_figure(&run.folder, &format!("filters-{}", top.layer), &picture)?;
    }
    Ok(DONE)
}
