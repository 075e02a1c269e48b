//! `convlab man`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::output::{check_replaceable, print};
use super::{Cli, DONE};
use crate::storage;

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Folder to write a page into for the program and for each command, convlab.1,
    /// convlab-train.1, ...; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the page about the whole program, or writes all pages.
pub fn run(args: &ManArgs) -> Result<u8> {
    // The page is the same on every machine, and one about `help` would tell nothing new.
    let program = Cli::command().version(env!("CARGO_PKG_VERSION"));
    let mut program = program.disable_help_subcommand(true);
    // Gives each command its full name.
    program.build();
    let Some(folder) = &args.out else {
        io::stdout().write_all(&page(program)?)?;
        return Ok(DONE);
    };
    fs::create_dir_all(folder).with_context(|| {
        let folder = folder.display();
        format!("--out {folder}: cannot make this folder; choose another")
    })?;
    let written = write_pages(&program, folder)?;
    print(format!("{written} pages written to {}", folder.display()))?;
    Ok(DONE)
}

/// The page about `command`, as troff text.
fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}

/// Writes a page about `command` and each one below it; how many there are.
fn write_pages(command: &Command, folder: &Path) -> Result<usize> {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let path = folder.join(format!("{name}.1"));
    check_replaceable(&path)?;
    storage::write(&path, &page(command.clone())?)?;
    let mut written = 1;
    for below in command.get_subcommands() {
        written += write_pages(below, folder)?;
    }
    Ok(written)
}
