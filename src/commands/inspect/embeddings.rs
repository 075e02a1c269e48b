//! `convlab inspect embeddings`

use anyhow::Result;

use crate::cli::EmbeddingsArgs;
use crate::commands::output::{print, write_figure};
use crate::commands::{DONE, open_run};
use crate::run::Projection;
use crate::terminal::Bars;

/// Plots the penultimate features of test images.
pub fn run(args: &EmbeddingsArgs) -> Result<u8> {
    let run = open_run(&args.run, &args.device)?;
    let dataset = run.dataset(args.data.data_dir.as_deref(), &Bars::default())?;
    let (projection, images) = (Projection::from(args.projection), args.images.into());
    let plot = run.plot_embeddings(&dataset, projection, images, args.thumbnails)?;
    print(&plot.title)?;
    let figure = format!("embeddings-{}", plot.projection);
    write_figure(&run.folder, &figure, &plot.picture)?;
    Ok(DONE)
}
