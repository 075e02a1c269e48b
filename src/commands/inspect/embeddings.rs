//! `convlab inspect embeddings`

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::commands::arguments::{DataDirArgs, DeviceArgs};
use crate::commands::output::{print, write_figure};
use crate::commands::{DONE, open_run};
use crate::run::Projection;
use crate::terminal::Bars;

#[derive(Debug, Args)]
pub struct EmbeddingsArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// How features are projected to two dimensions
    #[arg(long, value_enum, default_value_t)]
    pub projection: ProjectionChoice,
    /// Number of test images to plot
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(4..=10_000))]
    pub images: u16,
    /// Plot thumbnails in place of dots
    #[arg(long)]
    pub thumbnails: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProjectionChoice {
    /// Principal components: distances keep their meaning
    #[default]
    Pca,
    /// t-SNE: neighbours stay neighbours
    #[value(name = "t-sne")]
    TSne,
}

impl From<ProjectionChoice> for Projection {
    fn from(choice: ProjectionChoice) -> Self {
        match choice {
            ProjectionChoice::Pca => Projection::Pca,
            ProjectionChoice::TSne => Projection::TSne,
        }
    }
}

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
