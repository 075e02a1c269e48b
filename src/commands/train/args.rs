//! The arguments of `convlab train`.

use std::path::PathBuf;

use clap::Args;

use crate::commands::arguments::{DataDirArgs, DeviceArgs, WeightsDirArgs};
use crate::report::Language;
use crate::terminal::UiChoice;

#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Configuration file and section.key=value overrides, e.g. training.epochs=10
    #[arg(value_name = "CONFIG | KEY=VALUE")]
    pub settings: Vec<String>,
    /// Continue the interrupted run in this folder
    #[arg(long, value_name = "RUN")]
    pub resume: Option<PathBuf>,
    /// Folder that holds a folder for each run
    #[arg(
        long,
        value_name = "DIR",
        default_value = "artifacts",
        conflicts_with = "resume"
    )]
    pub artifacts: PathBuf,
    /// Name of the run [default: date-time-model-dataset]
    #[arg(long, conflicts_with = "resume")]
    pub name: Option<String>,
    /// What to show while training
    #[arg(long, value_enum, default_value_t)]
    pub ui: UiChoice,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Write no report at the end
    #[arg(long)]
    pub no_report: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
    #[command(flatten)]
    pub weights: WeightsDirArgs,
}
