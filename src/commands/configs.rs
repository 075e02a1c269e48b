//! `convlab configs`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use super::DONE;
use super::output::print;
use crate::experiment::{EXAMPLES, Example, Outcome};
use crate::text::wrapped;

#[derive(Debug, Args)]
pub struct ConfigsArgs {
    /// Example to print [default: list all]
    pub name: Option<String>,
    /// Write the example, or all of them, as files into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Lists the examples, prints one, or writes them.
pub fn run(args: &ConfigsArgs) -> Result<u8> {
    let named = args.name.as_deref().map(Example::find).transpose()?;
    match (named, &args.out) {
        (None, None) => list()?,
        (Some(example), None) => print(example.text.trim_end())?,
        (None, Some(folder)) => write(EXAMPLES, folder)?,
        (Some(example), Some(folder)) => write(std::slice::from_ref(example), folder)?,
    }
    Ok(DONE)
}

/// The names, each with a sentence.
fn list() -> Result<()> {
    const WIDTH: usize = 80;
    let lengths = EXAMPLES.iter().map(|example| example.name.len());
    let column = 2 + lengths.max().unwrap_or(0);
    for example in EXAMPLES {
        let mut name = example.name;
        for line in wrapped(&example.summary(), WIDTH - column) {
            print(format!("{name:column$}{line}"))?;
            name = "";
        }
    }
    print(
        "\n`convlab configs NAME` prints one, `convlab configs --out configs` writes all as\n\
         files; then `convlab train configs/NAME.toml`",
    )
}

/// Writes `examples` to `folder`; a file that is there and differs is left as it is.
fn write(examples: &[Example], folder: &Path) -> Result<()> {
    let mut different = Vec::new();
    let mut written = 0;
    for example in examples {
        match example.write_to(folder)? {
            (_, Outcome::Written) => written += 1,
            (_, Outcome::ThereAlready) => {}
            (path, Outcome::Different) => different.push(path.display().to_string()),
        }
    }
    let there_already = examples.len() - written - different.len();
    let folder = folder.display();
    print(format!(
        "{written} written to {folder}, {there_already} there already"
    ))?;
    if different.is_empty() {
        return Ok(());
    }
    bail!(
        "left as it is, because it differs from the example of that name: {}; \
         rename it and run the command again, or choose another folder with --out",
        different.join(", ")
    )
}
