//! `convlab inspect`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::common::{DataDirArgs, DeviceArgs};
use crate::run::Projection;

#[derive(Debug, Subcommand)]
pub enum InspectCommand {
    /// Show the activations of every layer for some images
    Journey(JourneyArgs),
    /// Show which pixels matter for a class, and check whether such maps are faithful
    Explain(ExplainArgs),
    /// Plot the penultimate features of test images by PCA or t-SNE
    Embeddings(EmbeddingsArgs),
    /// Draw the kernels of the first convolution, and the images that activate later filters most
    Filters(FiltersArgs),
}

#[derive(Debug, Args)]
pub struct JourneyArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Test images, counted from 0 [default: the first three of the first one's class]
    #[arg(
        long,
        value_name = "N,N,...",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub index: Vec<usize>,
    /// Your own pictures in place of test images
    #[arg(long, value_name = "PICTURE", num_args = 1.., conflicts_with = "index")]
    pub images: Vec<PathBuf>,
    /// Filter to compare, counted from 0; in a layer with fewer filters, its last
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub filter: usize,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Picture, or the number of a test image, counted from 0
    pub image: PathBuf,
    /// Class to explain, by name or number [default: the predicted class]
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

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

#[derive(Debug, Args)]
pub struct FiltersArgs {
    /// Folder of the run
    pub run: PathBuf,
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
