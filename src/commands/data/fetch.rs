//! `convlab data fetch`

use std::path::Path;

use anyhow::Result;
use clap::Args;

use super::list::{Listed, describe};
use crate::commands::DONE;
use crate::commands::arguments::DataDirArgs;
use crate::commands::output::print;
use crate::data::catalog::{self, data_dir, download};
use crate::terminal::Bars;

#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Data set
    name: String,
    #[command(flatten)]
    data: DataDirArgs,
}

/// Downloads a data set, unless it is there; `before` is the folder given before the
/// name of the command.
pub fn run(args: &FetchArgs, before: Option<&Path>) -> Result<u8> {
    let name = &args.name;
    let explicit_dir = args.data.data_dir.as_deref().or(before);
    let entry = catalog::find(name)?;
    let dir = data_dir(explicit_dir)?;
    download(entry, &dir, &Bars::default())?;
    let Listed {
        place,
        licence,
        citation,
        ..
    } = describe(entry, &dir);
    print(format!(
        "{name}: {place}\nlicence: {licence}\nplease cite: {citation}"
    ))?;
    Ok(DONE)
}
