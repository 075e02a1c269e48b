//! `convlab report`

use std::path::PathBuf;

use clap::Args;

use super::common::{DataDirArgs, DeviceArgs};
use crate::report::Language;

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folders of the runs
    #[arg(value_name = "RUN", required = true, num_args = 1..)]
    pub runs: Vec<PathBuf>,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Test images whose activations are shown, counted from 0 [default: the first three of the first one's class]
    #[arg(long, value_name = "N,N,...", value_delimiter = ',')]
    pub index: Vec<usize>,
    /// Page to write [default: RUN/report.html, or comparison.html for several runs]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}
