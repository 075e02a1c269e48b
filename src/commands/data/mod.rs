//! `convlab data`

mod check;
mod fetch;
mod list;
mod preview;
mod show;

use anyhow::Result;

use crate::cli::{DataArgs, DataCommand};

/// Lists, shows or downloads.
pub fn run(args: DataArgs) -> Result<u8> {
    match args.command {
        None => list::run(args.data.data_dir.as_deref(), args.json),
        Some(DataCommand::Show(show)) => show::run(&show, args.data.data_dir),
        Some(DataCommand::Check(check)) => check::run(&check, args.data.data_dir, args.json),
        Some(DataCommand::Preview(preview)) => preview::run(&preview, args.data.data_dir),
        Some(DataCommand::Fetch { name, data }) => {
            let dir = data.data_dir.or(args.data.data_dir);
            fetch::run(&name, dir.as_deref())
        }
    }
}
