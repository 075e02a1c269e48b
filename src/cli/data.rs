//! `convlab data`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::common::DataDirArgs;

#[derive(Debug, Args)]
pub struct DataArgs {
    #[command(subcommand)]
    pub command: Option<DataCommand>,
    #[command(flatten)]
    pub data: DataDirArgs,
    /// Print the list as JSON
    #[arg(long)]
    pub json: bool,
}

/// Whose data set a command is about.
#[derive(Debug, Args)]
pub struct ExperimentArgs {
    /// Configuration file [default: the built-in quickstart]
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// section.key=value overrides, e.g. data.dataset=pets
    #[arg(value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    #[command(flatten)]
    pub data: DataDirArgs,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Data set, or a folder of class folders
    pub name: String,
    /// Picture to write
    #[arg(long, default_value = "sheet.png")]
    pub out: PathBuf,
    /// Images per class
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub per_class: u16,
    #[command(flatten)]
    pub data: DataDirArgs,
}

#[derive(Debug, Args)]
pub struct PreviewArgs {
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// Picture to write
    #[arg(long, default_value = "preview.png")]
    pub out: PathBuf,
    /// Images to show, the classes in turn
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub images: u16,
    /// Epochs, one column for what each makes of an image
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=20))]
    pub epochs: u16,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Write a labelled sheet of training images as a picture
    Show(ShowArgs),
    /// Look for leaks between the splits, duplicates, wrong labels, damaged files, and backgrounds
    /// that tell the class
    ///
    /// Exit status 1 where more images than data.max_leak_fraction are in two splits. Every training
    /// does the same before it starts.
    Check(CheckArgs),
    /// Write a picture of training images beside what augmentation makes of them
    Preview(PreviewArgs),
    /// Download a data set
    Fetch {
        /// Data set
        name: String,
        #[command(flatten)]
        data: DataDirArgs,
    },
}
