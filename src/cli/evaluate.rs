//! `convlab evaluate`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::common::{DataDirArgs, DeviceArgs};
use crate::run::SplitName;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SplitChoice {
    Train,
    Valid,
    #[default]
    Test,
}

impl From<SplitChoice> for SplitName {
    fn from(choice: SplitChoice) -> Self {
        match choice {
            SplitChoice::Train => SplitName::Train,
            SplitChoice::Valid => SplitName::Valid,
            SplitChoice::Test => SplitName::Test,
        }
    }
}

#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Images to evaluate on
    #[arg(long, value_enum, default_value_t)]
    pub split: SplitChoice,
    /// Images in memory at a time [default: 250, fewer of large images]
    #[arg(long, value_name = "N", value_parser = batch_size)]
    pub batch_size: Option<usize>,
    /// Print the evaluation as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

fn batch_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=65_536) => Ok(size),
        _ => Err("expected a whole number from 1 to 65536".into()),
    }
}
