//! `convlab reference`

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::DONE;
use super::output::print;
use crate::experiment::reference::{Reference, json_schema};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Text for a terminal
    #[default]
    Text,
    /// A page of Markdown
    Markdown,
    /// A JSON Schema, with which editors complete and check configurations
    JsonSchema,
}

#[derive(Debug, Args)]
pub struct ReferenceArgs {
    /// Section or key to explain, e.g. training or training.stop [default: all]
    #[arg(value_name = "SECTION | KEY")]
    pub name: Option<String>,
    /// What to write
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Explains all keys of a configuration, or some.
pub fn run(args: &ReferenceArgs) -> Result<u8> {
    let reference = Reference::new();
    let found = args.name.as_deref().map(|name| reference.find(name));
    let found = found.transpose()?;
    let text = match (args.format, &args.name) {
        (Format::Text, _) => reference.text(found.as_deref()),
        (Format::Markdown, _) => reference.markdown(found.as_deref()),
        (Format::JsonSchema, None) => serde_json::to_string_pretty(&json_schema())?,
        (Format::JsonSchema, Some(name)) => {
            bail!("a JSON Schema describes the whole configuration; leave out {name}")
        }
    };
    print(text.trim_end())?;
    Ok(DONE)
}
