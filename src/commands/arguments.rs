//! Arguments that several commands have.

use std::path::PathBuf;

use clap::Args;

use crate::device::DeviceChoice;

#[derive(Debug, Args)]
pub struct DeviceArgs {
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

#[derive(Debug, Args)]
pub struct DataDirArgs {
    /// Folder of downloaded data sets [default: $CONVLAB_DATA, else the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct WeightsDirArgs {
    /// Folder of published weights [default: $CONVLAB_WEIGHTS, else the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub weights_dir: Option<PathBuf>,
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
