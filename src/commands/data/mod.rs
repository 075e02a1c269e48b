//! `convlab data`

mod check;
mod fetch;
mod list;
mod preview;
mod show;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::arguments::DataDirArgs;

use check::CheckArgs;
use fetch::FetchArgs;
use preview::PreviewArgs;
use show::ShowArgs;

#[derive(Debug, Args)]
pub struct DataArgs {
    #[command(subcommand)]
    command: Option<DataCommand>,
    #[command(flatten)]
    data: DataDirArgs,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
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
    Fetch(FetchArgs),
}

/// Lists, shows or downloads.
pub fn run(args: &DataArgs) -> Result<u8> {
    let data_dir = args.data.data_dir.as_deref();
    match &args.command {
        None => list::run(data_dir, args.json),
        Some(DataCommand::Show(show)) => show::run(show, data_dir),
        Some(DataCommand::Check(check)) => check::run(check, data_dir, args.json),
        Some(DataCommand::Preview(preview)) => preview::run(preview, data_dir),
        Some(DataCommand::Fetch(fetch)) => fetch::run(fetch, data_dir),
    }
}
