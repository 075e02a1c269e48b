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

/// The configuration whose data set a command is about.
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
    /// Number of images to show, taken from the classes in turn
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub images: u16,
    /// Number of epochs to show, one column of augmented images each
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
    /// that give the class away
    ///
    /// The exit status is 1 if a larger share of the images than data.max_leak_fraction is in two
    /// splits. Every training runs this check before it starts.
    Check(CheckArgs),
    /// Write a picture of training images next to augmented versions of them
    Preview(PreviewArgs),
    /// Download a data set
    Fetch {
        /// Data set
        name: String,
        #[command(flatten)]
        data: DataDirArgs,
    },
}
