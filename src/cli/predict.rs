//! `convlab predict`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::common::{DeviceArgs, WeightsDirArgs};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Folder of the run; left out with --imagenet
    #[arg(required_unless_present = "imagenet")]
    pub run: Option<PathBuf>,
    /// Pictures, folders of pictures, or - to read paths from standard input
    #[arg(required_unless_present = "imagenet")]
    pub inputs: Vec<PathBuf>,
    /// Classify into ImageNet's classes with this published network, e.g. resnet18, instead of a run's
    #[arg(long, value_name = "NETWORK")]
    pub imagenet: Option<String>,
    /// Weights of that network: a published name, a file, or a run
    #[arg(
        long,
        value_name = "NAME | FILE",
        default_value = "imagenet",
        requires = "imagenet"
    )]
    pub weights: String,
    #[command(flatten)]
    pub weights_dir: WeightsDirArgs,
    /// Number of most likely classes to print
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Invert brightness first, for dark drawings on light paper
    #[arg(long)]
    pub invert: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
}
