//! `convlab evaluate`

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::arguments::{DataDirArgs, DeviceArgs};
use super::output::print;
use super::{DONE, open_run};
use crate::run::SplitName;
use crate::terminal::Bars;

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

/// Evaluates a run and keeps the figures in its folder.
pub fn run(args: &EvaluateArgs) -> Result<u8> {
    let bars = Bars::default();
    let run = open_run(&args.run, &args.device)?;
    let dataset = run.dataset(args.data.data_dir.as_deref(), &bars)?;
    let split = SplitName::from(args.split);
    let (evaluation, _) = run.evaluate(&dataset, split, args.batch_size, &bars)?;
    match args.json {
        true => print(serde_json::to_string_pretty(&evaluation)?)?,
        false => print(&evaluation)?,
    }
    (run.folder).write_json(&split.evaluation_file(), &evaluation)?;
    Ok(DONE)
}
